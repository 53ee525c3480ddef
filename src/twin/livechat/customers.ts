/** LiveChat's customers: one per identity, or one per identity and group where groups are separated. */
export interface Customer {
  /** uuid: `entity_id` at the accounts, `__lc_cid` as a cookie. */
  id: string;
  /** Proves ownership of the identity (`__lc_cst`); every cookie grant gives the next one. */
  secret: string;
  groupId: number | undefined;
  name?: string;
  email?: string;
}

export interface Customers {
  create(groupId: number | undefined): Customer;
  find(id: string): Customer | undefined;
  /** The customer whose secret this is; a stale secret proves nothing. */
  recognize(proof: { id: string | undefined; secret: string | undefined }): Customer | undefined;
  /** Gives a new secret; the one before stops working. */
  rotateSecret(customer: Customer): void;
  all(): readonly Customer[];
  forget(): void;
}

export interface CustomersOptions {
  uuid(): string;
  hex(bytes: number): string;
  /** Takes customers of an earlier run for its own: a twin in memory forgets them, and whoever keeps links does not. */
  adopts?: boolean;
}

export function createCustomers({ adopts = false, ...random }: CustomersOptions): Customers {
  const customers = new Map<string, Customer>();
  const newSecret = () => random.hex(41);
  function adopt(id: string, secret: string): Customer {
    const customer = { id, secret, groupId: undefined };
    customers.set(id, customer);
    return customer;
  }
  return {
    create(groupId) {
      const customer = { id: random.uuid(), secret: newSecret(), groupId };
      customers.set(customer.id, customer);
      return customer;
    },
    find: (id) => customers.get(id),
    recognize({ id, secret }) {
      if (id === undefined || secret === undefined) return undefined;
      const customer = customers.get(id);
      if (customer) return customer.secret === secret ? customer : undefined;
      return adopts ? adopt(id, secret) : undefined;
    },
    rotateSecret(customer) {
      customer.secret = newSecret();
    },
    all: () => [...customers.values()],
    forget: () => customers.clear(),
  };
}
