package dev.usher.differential;

import java.util.function.Consumer;

/**
 * Something that a session may come to speak about: a few commands that belong together.
 *
 * @param weight how often, beside the others
 * @param holds whether it may keep its server connection for a while, so that not all sessions may do it at once
 */
record Topic(String name, int weight, boolean holds, boolean mysql, boolean mariaDb, Consumer<Speaker> speech) {
    static Topic of(String name, int weight, Consumer<Speaker> speech) {
        return new Topic(name, weight, false, true, true, speech);
    }

    Topic holding() {
        return new Topic(name, weight, true, mysql, mariaDb, speech);
    }

    Topic onMySql() {
        return new Topic(name, weight, holds, true, false, speech);
    }

    Topic onMariaDb() {
        return new Topic(name, weight, holds, false, true, speech);
    }
}
