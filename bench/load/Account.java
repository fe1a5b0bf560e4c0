/** Where to log in, and as whom. */
record Account(int port, String user, String password, String database, boolean tls) {}
