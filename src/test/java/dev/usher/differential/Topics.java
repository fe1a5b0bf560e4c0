package dev.usher.differential;

import java.util.List;
import java.util.stream.Stream;

/** All that sessions speak about. */
final class Topics {
    private Topics() {}

    static List<Topic> all() {
        return Stream.of(SettingTopics.ALL, RowTopics.ALL, TextTopics.ALL, PreparedTopics.ALL, LeftoverTopics.ALL, HoldingTopics.ALL)
                .flatMap(List::stream)
                .toList();
    }

    /** A few brief things, in the middle of something else. */
    static void amid(Speaker s, int most) {
        List<Topic> brief = all().stream().filter(topic -> !topic.holds() && (s.mariaDb() ? topic.mariaDb() : topic.mysql())).toList();
        for (int i = s.number(most + 1); i > 0; i--) {
            s.oneOf(brief).speech().accept(s);
        }
    }
}
