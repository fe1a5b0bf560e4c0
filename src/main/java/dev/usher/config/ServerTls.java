package dev.usher.config;

/** TLS towards the server; the values are those of {@code --ssl-mode} of the MySQL client. */
public enum ServerTls {
    DISABLED,
    /** TLS where the server offers it, plain where it does not. */
    PREFERRED,
    REQUIRED,
    /** The certificate must be signed by the given authority, or by one that the system trusts. */
    VERIFY_CA,
    /** As {@link #VERIFY_CA}, and the certificate must be for the server's host name. */
    VERIFY_IDENTITY;

    public boolean verifies() {
        return this == VERIFY_CA || this == VERIFY_IDENTITY;
    }
}
