<?php
/**
 * The assertion with which a brand tells Parley who its consumer is (docs/configuration.md, "login"), signed with the
 * brand's RSA key by PHP's own OpenSSL.
 *
 * In the brand file: verify: { issuer: https://www.acme.example, pem: "${file:keys/acme/login-public.pem}" }
 */
declare(strict_types=1);

/**
 * @param array{issuer: string, parley: string, key: string} $brand the brand's `iss`, Parley's issuer, a private key (PEM)
 * @param string $accountId the consumer's id in the account directory
 * @param array<string, mixed> $more `nonce` of the request when the login page answers; `channel: back` at the token endpoint
 */
function parley_assertion(array $brand, string $accountId, array $more = []): string
{
    $now = time();
    $header = ['alg' => 'RS256', 'typ' => 'parley-login+jwt'];
    $claims = $more + [
        'iss' => $brand['issuer'],
        'aud' => $brand['parley'],
        'sub' => $accountId,
        'iat' => $now,
        'exp' => $now + 60,
        'jti' => bin2hex(random_bytes(16)),
        'channel' => 'front',
    ];
    $text = base64url(json_encode($header, JSON_THROW_ON_ERROR)) . '.'
        . base64url(json_encode($claims, JSON_THROW_ON_ERROR));
    if (!openssl_sign($text, $signature, $brand['key'], OPENSSL_ALGO_SHA256)) {
        throw new RuntimeException('the assertion cannot be signed: is the key a private RSA key in PEM?');
    }
    return $text . '.' . base64url($signature);
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}
