package dev.usher.doctor.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.leaks.SeenSession.OpenTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LeaksTest {
    private static final Client SHOP = new Client("shop", "10.0.0.1", "shop.jar", "4711");
    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final History history = new History(Duration.ofHours(1));

    @Test
    void aClientThatOpensAndNeverClosesIsASuspect() {
        look(0, leaked(20, 200, 10));
        look(10, leaked(22, 210, 10));

        assertThat(suspects()).singleElement().satisfies(suspect -> {
            assertThat(suspect.client()).isEqualTo(SHOP);
            assertThat(suspect.score()).isGreaterThanOrEqualTo(80);
            assertThat(ids(suspect.evidence())).contains("growth_without_release", "opened_while_others_slept", "never_used_again");
            assertThat(suspect.connections()).hasSize(22);
            assertThat(suspect.leaked()).allMatch(session -> session.since().compareTo(MINUTE) >= 0).isNotEmpty();
        });
    }

    @Test
    void aSlowLeakIsSeenByItsAgesAlone() {
        look(0, leaked(20, 20 * 400, 400));
        look(10, leaked(20, 20 * 400 + 10, 400));

        assertThat(suspects()).singleElement().satisfies(suspect -> assertThat(suspect.leaked()).hasSize(20));
    }

    @Test
    void aPoolThatSleepsSinceItsPeakIsNone() {
        look(0, pool(30, 600));
        look(10, pool(30, 610));

        assertThat(suspects()).isEmpty();
    }

    @Test
    void aPoolThatIsUsedInTurnIsNone() {
        List<SeenSession> before = new ArrayList<>();
        List<SeenSession> after = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            before.add(session(100 + i, 300 - 30L * i, i));
            after.add(i < 2 ? session(100 + i, 10 - 5L * i, 50 + i) : session(100 + i, 310 - 30L * i, i));
        }
        look(0, before);
        look(10, after);

        assertThat(suspects()).isEmpty();
    }

    @Test
    void aWarmingPoolIsNone() {
        // It opens connections, and what it has is in use again and again.
        look(0, List.of(session(1, 90, 1), session(2, 80, 2), session(3, 70, 3)));
        look(10, List.of(session(1, 1, 4), session(2, 2, 5), session(3, 80, 3), session(4, 1, 6), session(5, 1, 7)));

        assertThat(suspects()).isEmpty();
    }

    @Test
    void aLoneSleeperIsNone() {
        look(0, List.of(session(7, 5000, 1)));
        look(10, List.of(session(7, 5010, 1)));

        assertThat(suspects()).isEmpty();
    }

    @Test
    void anIdleTransactionWithLocksIsASuspectAndTheSleepersBesideItAreNot() {
        SeenSession stuck = new SeenSession(9, SHOP, "Sleep", Duration.ofSeconds(300), OptionalLong.of(1), OptionalLong.empty(),
                Optional.of(new OpenTransaction(Duration.ofSeconds(310), 12, 3)), Optional.of("UPDATE stock SET n = n - 1"));
        List<SeenSession> sessions = new ArrayList<>(pool(10, 600));
        sessions.add(stuck);
        look(0, sessions);

        assertThat(suspects()).singleElement().satisfies(suspect -> {
            assertThat(suspect.leaked()).containsExactly(stuck);
            assertThat(ids(suspect.evidence())).contains("idle_transactions");
        });
    }

    @Test
    void aShortTransactionIsNone() {
        look(0, List.of(new SeenSession(9, SHOP, "Sleep", Duration.ofSeconds(2), OptionalLong.of(1), OptionalLong.empty(),
                Optional.of(new OpenTransaction(Duration.ofSeconds(3), 12, 3)), Optional.empty())));

        assertThat(suspects()).isEmpty();
    }

    @Test
    void whatWasEverUsedAgainIsNotLeaked() {
        look(0, leaked(20, 200, 10));
        List<SeenSession> now = new ArrayList<>(leaked(22, 210, 10));
        now.set(0, session(1000, 1, 999));
        look(10, now);
        List<SeenSession> later = new ArrayList<>(leaked(34, 310, 10));
        later.set(0, session(1000, 101, 999)); // idle for long enough again
        look(110, later);

        assertThat(suspects()).singleElement()
                .satisfies(suspect -> assertThat(suspect.leaked()).noneMatch(session -> session.id() == 1000).isNotEmpty());
    }

    @Test
    void replicasAndSystemThreadsAreNeverLookedAt() {
        List<SeenSession> system = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Client client = new Client(i % 2 == 0 ? "event_scheduler" : "replica", "10.0.0.9", "", "");
            system.add(new SeenSession(i, client, i % 2 == 0 ? "Daemon" : "Binlog Dump GTID", Duration.ofSeconds(10_000 - 100L * i),
                    OptionalLong.empty(),
                    OptionalLong.empty(), Optional.of(new OpenTransaction(Duration.ofHours(1), 5, 0)), Optional.empty()));
        }
        look(0, system);

        assertThat(suspects()).isEmpty();
        assertThat(system).allMatch(SeenSession::isProtected);
    }

    @Test
    void aLeakAmongPoolsIsTheOnlySuspect() {
        List<SeenSession> before = new ArrayList<>(leaked(20, 200, 10));
        List<SeenSession> after = new ArrayList<>(leaked(22, 210, 10));
        for (int process = 0; process < 5; process++) {
            Client pool = new Client("shop", "10.0.0.1", "shop.jar", "500" + process);
            for (int i = 0; i < 10; i++) {
                before.add(of(pool, 5000 + 10 * process + i, 400, 1));
                after.add(of(pool, 5000 + 10 * process + i, 410, 1));
            }
        }
        look(0, before);
        look(10, after);

        assertThat(suspects()).singleElement().satisfies(suspect -> assertThat(suspect.client()).isEqualTo(SHOP));
    }

    private List<Suspect> suspects() {
        return Leaks.suspects(history, MINUTE);
    }

    private void look(long seconds, List<SeenSession> sessions) {
        history.add(new Look(Duration.ofSeconds(seconds), sessions));
    }

    /** One connection left behind every {@code every} seconds, the first for {@code oldest} seconds. */
    private static List<SeenSession> leaked(int count, long oldest, long every) {
        List<SeenSession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(session(1000 + 7L * i, Math.max(0, oldest - every * i), i));
        }
        return sessions;
    }

    /** Opened together, last used at one peak. */
    private static List<SeenSession> pool(int count, long asleep) {
        List<SeenSession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(session(100 + i, asleep + i % 3, i));
        }
        return sessions;
    }

    private static SeenSession session(long id, long asleep, long lastStatement) {
        return of(SHOP, id, asleep, lastStatement);
    }

    private static SeenSession of(Client client, long id, long asleep, long lastStatement) {
        return new SeenSession(id, client, "Sleep", Duration.ofSeconds(asleep), OptionalLong.of(lastStatement), OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<String> ids(List<Evidence> evidence) {
        return evidence.stream().map(Evidence::id).toList();
    }
}
