package dev.usher.differential;

import dev.usher.testing.Flavour;
import dev.usher.wire.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** Writes scripts. The same seed writes the same script. */
final class Generator {
    /** Sessions that keep a server connection leave some for the others. */
    private static final int HOLDERS = 2;

    private static final int UTF8MB4 = Profile.UTF8MB4;
    private static final int LATIN1 = 8;
    private static final int GBK = 28;
    private static final int SJIS = 13;

    private final Flavour flavour;
    private final List<Topic> brief;
    private final List<Topic> all;

    Generator(Flavour flavour, Predicate<Topic> wanted) {
        this.flavour = flavour;
        boolean mariaDb = flavour == Flavour.MARIADB;
        all = Topics.all().stream().filter(topic -> mariaDb ? topic.mariaDb() : topic.mysql()).filter(wanted).toList();
        brief = all.stream().filter(topic -> !topic.holds()).toList();
    }

    Script script(long seed, int steps) {
        Random random = new Random(seed);
        int sessions = 3 + random.nextInt(Fixture.SESSIONS - 2);
        boolean foundRows = random.nextInt(4) == 0;
        List<Profile> profiles = new ArrayList<>();
        List<Speaker> speakers = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Profile profile = profile(random, foundRows);
            profiles.add(profile);
            speakers.add(new Speaker(random, flavour, Capabilities.has(profile.capabilities(), Capabilities.MULTI_STATEMENTS)));
        }
        return new Script(profiles, steps(random, speakers, steps));
    }

    private Profile profile(Random random, boolean foundRows) {
        int collation = random.nextInt(3) > 0 ? UTF8MB4 : random.nextInt(3) > 0 ? LATIN1 : random.nextBoolean() ? GBK : SJIS;
        // Without DEPRECATE_EOF nothing can be told at the end of a result set; no driver wants to be told then.
        boolean deprecateEof = random.nextInt(4) > 0;
        // What the pool's connections have in common is the same for all, or there would be a pool for each.
        return Profile.with(
                collation,
                foundRows ? Capabilities.FOUND_ROWS : 0,
                deprecateEof ? Capabilities.DEPRECATE_EOF : 0,
                deprecateEof && random.nextInt(3) > 0 ? Capabilities.SESSION_TRACK : 0,
                random.nextInt(3) > 0 ? Capabilities.MULTI_STATEMENTS : 0,
                foundRows ? Capabilities.QUERY_ATTRIBUTES : 0,
                foundRows ? Capabilities.MARIADB_STMT_BULK_OPERATIONS : 0);
    }

    private List<Step> steps(Random random, List<Speaker> speakers, int count) {
        List<Step> steps = new ArrayList<>();
        boolean[] holds = new boolean[speakers.size()];
        int holders = 0;
        int last = -1;
        boolean[] inGroup = new boolean[speakers.size()];
        while (steps.size() < count) {
            // Sometimes a session goes on before others are heard.
            int who = last >= 0 && random.nextInt(4) == 0 ? last : random.nextInt(speakers.size());
            Speaker speaker = speakers.get(who);
            if (speaker.silent()) {
                if (holds[who]) {
                    holds[who] = false;
                    holders--;
                }
                Topic topic = choose(random, holders < HOLDERS ? all : brief);
                holds[who] = topic.holds();
                holders += topic.holds() ? 1 : 0;
                topic.speech().accept(speaker);
            }
            boolean together = who != last && !inGroup[who] && !steps.isEmpty() && random.nextInt(5) < 2;
            if (!together) {
                inGroup = new boolean[speakers.size()];
            }
            inGroup[who] = true;
            steps.add(new Step(who, together, speaker.say()));
            last = who;
        }
        return steps;
    }

    static Topic choose(Random random, List<Topic> from) {
        int at = random.nextInt(from.stream().mapToInt(Topic::weight).sum());
        for (Topic topic : from) {
            at -= topic.weight();
            if (at < 0) {
                return topic;
            }
        }
        throw new AssertionError("weights");
    }
}
