package dev.usher.clients;

/**
 * Where a client program connects and as whom: a server, or Usher in front of it.
 *
 * <p>Beside {@code user} there are {@code user_empty}, without a password, and {@code user_other}, with the same password.
 */
record Endpoint(String host, int port, String user, String password, String database, boolean tls) {

    Endpoint withTls(boolean wanted) {
        return new Endpoint(host, port, user, password, database, wanted);
    }
}
