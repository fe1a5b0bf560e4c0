/** Where to log in, and as whom. */
record Account(int port, String user, String password, String database, boolean tls) {
    /** One of many that are alike but for the number behind their names. */
    Account numbered(int number) {
        return new Account(port, user + number, password, database, tls);
    }
}
