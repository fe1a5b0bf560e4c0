package dev.usher.testing;

import java.util.ArrayList;
import java.util.List;

/** The accounts that a test server is given, and the SQL that makes them: for an init file, a statement a line, run at every start. */
record Accounts(Flavour flavour, List<TestAccount> all) {
    static Accounts of(Installation installation) {
        List<TestAccount> all = new ArrayList<>();
        if (installation.flavour() == Flavour.MYSQL) {
            all.add(account("app", "caching_sha2_password"));
            all.add(account("sha2", "caching_sha2_password"));
        } else {
            all.add(account("app", "mysql_native_password"));
            if (installation.hasPlugin("auth_ed25519")) {
                all.add(account("ed25519", "client_ed25519"));
            }
            if (installation.hasPlugin("auth_parsec")) {
                all.add(account("parsec", "parsec"));
            }
            if (installation.hasPlugin("auth_mysql_sha2")) {
                all.add(account("sha2", "caching_sha2_password"));
            }
        }
        return new Accounts(installation.flavour(), List.copyOf(all));
    }

    private static TestAccount account(String user, String plugin) {
        return new TestAccount(user, user + "-secret", plugin);
    }

    String sql() {
        List<String> lines = new ArrayList<>();
        lines.add("CREATE DATABASE IF NOT EXISTS test;");
        // The servers do not resolve names: root@localhost is for the socket alone.
        lines.add("CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '';");
        lines.add("GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;");
        for (TestAccount account : all) {
            lines.add("CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED %s;".formatted(account.user(), identifiedBy(account)));
            lines.add("GRANT ALL ON test.* TO '%s'@'%%';".formatted(account.user()));
        }
        return String.join("\n", lines) + "\n";
    }

    private String identifiedBy(TestAccount account) {
        if (flavour == Flavour.MYSQL) {
            return "WITH %s BY '%s'".formatted(account.plugin(), account.password());
        }
        // MariaDB calls this plugin by another name than the protocol does.
        String plugin = account.plugin().equals("client_ed25519") ? "ed25519" : account.plugin();
        return "VIA %s USING PASSWORD('%s')".formatted(plugin, account.password());
    }
}
