package dev.usher.testing;

/**
 * An account, for any host, that every test server of its kind has, with all rights on the schema {@code test}.
 *
 * @param plugin the authentication plugin as the protocol names it
 */
public record TestAccount(String user, String password, String plugin) {
    @Override
    public String toString() {
        return user + " (" + plugin + ")";
    }
}
