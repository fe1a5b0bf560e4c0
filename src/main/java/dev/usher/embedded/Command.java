package dev.usher.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The part of mariadbd's command line that every use of it has. */
final class Command {
    private Command() {}

    static List<String> common(Distribution distribution, Path dataDirectory) {
        List<String> command = new ArrayList<>();
        command.add(distribution.binary().toString());
        command.add("--no-defaults"); // must be the first: /etc/my.cnf is for another server
        command.add("--basedir=" + distribution.home());
        command.add("--datadir=" + dataDirectory);
        // MariaDB deletes every #sql file in its temporary folder when it starts: in /tmp those may be another server's open tables.
        command.add("--tmpdir=" + dataDirectory);
        command.add("--lc-messages-dir=" + distribution.share());
        command.add("--character-sets-dir=" + distribution.share().resolve("charsets"));
        command.add("--innodb-buffer-pool-size=32M");
        command.addAll(SystemTables.STORAGE);
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root"); // it refuses to run as root unless told so
        }
        return command;
    }
}
