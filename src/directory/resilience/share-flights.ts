/**
 * Callers that ask for the same thing while it is on its way share one answer: ten tabs of one consumer are one
 * question to the brand.
 */
export function shareFlights<T>(): (key: string, begin: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (key, begin) => {
    const current = flights.get(key);
    if (current) return current;
    const flight = begin().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
