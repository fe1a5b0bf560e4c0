package dev.usher.doctor.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.facts.Platform;
import dev.usher.doctor.facts.ProxySql;
import dev.usher.doctor.facts.Sample;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Verdicts on facts that were made up; {@code ScenariosIT} has the real ones. */
class RulesTest {
    private static final ClientProcess SHOP = new ClientProcess("shop", "10.0.0.1", "java", 11);
    private static final ClientProcess ORDERS = new ClientProcess("orders", "10.0.0.2", "php", 12);
    private static final ClientProcess REPORTS = new ClientProcess("reports", "10.0.0.3", "python", 13);

    @Test
    void aServerWithRoomIsHealthyAndSaysHowMuch() {
        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 20).asleep(ORDERS, 10, 400, 0).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.HEALTHY);
        assertThat(diagnosis.severity()).isEqualTo(Severity.INFO);
        assertThat(diagnosis.summary()).isEqualTo("30 of 100 connections, 70 free, and not growing");
    }

    @Test
    void growthWithoutReleaseIsALeakAlsoWhileThereIsRoom() {
        Diagnosis diagnosis = new FactsBuilder(100).used(ORDERS, 10).asleep(SHOP, 5, 60, 1).leaking(SHOP, 2).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.CONNECTION_LEAK);
        assertThat(diagnosis.severity()).isEqualTo(Severity.WARNING);
        assertThat(diagnosis.summary()).startsWith("shop@10.0.0.1 (java, pid 11) holds 25 connections");
    }

    @Test
    void whatFellAsleepInTheOrderOfItsBirthHasLeakedAlsoWhenNothingGrowsAnyMore() {
        Diagnosis diagnosis = new FactsBuilder(40).asleep(SHOP, 40, 3000, 60).grows("connection_errors_max_connections", 9).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.CONNECTION_LEAK);
        assertThat(diagnosis.severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void aPoolThatWasFilledAtOnceHasNotLeaked() {
        Diagnosis diagnosis = new FactsBuilder(40).asleep(SHOP, 40, 3000, 0.01).grows("connection_errors_max_connections", 9).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.POOLER_MISCONFIGURED);
    }

    @Test
    void connectionsThatHaveServedManyRequestsHaveNotLeaked() {
        Diagnosis diagnosis = new FactsBuilder(60).asleep(SHOP, 30, 3000, 60).statementsOfAll(5000).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.HEALTHY);
    }

    @Test
    void poolsThatHoldMoreThanTheyUse() {
        Diagnosis diagnosis = new FactsBuilder(40).used(SHOP, 2).asleep(SHOP, 18, 100, 0).used(ORDERS, 1).asleep(ORDERS, 19, 90, 0)
                .grows("connection_errors_max_connections", 5).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.POOLER_MISCONFIGURED);
        assertThat(diagnosis.findings().getFirst().evidence())
                .anyMatch(line -> line.contains("shop@10.0.0.1 (java, pid 11): 20 connections, 2 used"));
    }

    @Test
    void connectionsThatAreUsedAndFillTheServerNeedAHigherLimit() {
        Diagnosis diagnosis = new FactsBuilder(40).used(SHOP, 14).used(ORDERS, 14).used(REPORTS, 12)
                .grows("connection_errors_max_connections", 50).grows("connections", 50).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.LIMIT_TOO_LOW);
    }

    /** With the administrators' connection free, MariaDB counts those whom it refuses among the failed logins only. */
    @Test
    void whomAFullMariaDbRefusesAfterTheLoginIsNoFlood() {
        Diagnosis diagnosis =
                new FactsBuilder(40).mariaDb().used(SHOP, 14).used(ORDERS, 14).used(REPORTS, 11).status("threads_connected", 40)
                        .grows("aborted_connects", 50).grows("connections", 50).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.LIMIT_TOO_LOW);
        assertThat(diagnosis.findings().getFirst().evidence()).contains("50 were refused in that time");
    }

    /** MariaDB looks at an account's own limit first. */
    @Test
    void whomAnAccountsOwnLimitMayHaveRefusedAFullMariaDbHasNot() {
        Diagnosis diagnosis =
                new FactsBuilder(40).mariaDb().used(SHOP, 14).used(ORDERS, 14).used(REPORTS, 11).limit("shop@10.%", 14)
                        .status("threads_connected", 40).grows("aborted_connects", 50).grows("connections", 50).judge();

        assertThat(diagnosis.findings()).extracting(Finding::cause).contains(Cause.ACCOUNT_LIMIT).doesNotContain(Cause.CONNECT_FLOOD);
        assertThat(diagnosis.findings()).flatExtracting(Finding::evidence).noneMatch(line -> line.contains("were refused"));
    }

    @Test
    void wrongPasswordsAtAFullMariaDbAreAFlood() {
        Diagnosis diagnosis =
                new FactsBuilder(40).mariaDb().used(SHOP, 14).used(ORDERS, 14).used(REPORTS, 11).status("threads_connected", 40)
                        .grows("aborted_connects", 100).grows("access_denied_errors", 100).grows("connections", 100).judge();

        assertThat(diagnosis.findings()).anyMatch(finding -> finding.cause() == Cause.CONNECT_FLOOD);
    }

    @Test
    void wrongPasswordsAmongThoseWhomAFullMariaDbRefusesAreAFlood() {
        Diagnosis diagnosis =
                new FactsBuilder(40).mariaDb().used(SHOP, 14).used(ORDERS, 14).used(REPORTS, 11).status("threads_connected", 40)
                        .grows("aborted_connects", 200).grows("access_denied_errors", 100).grows("connections", 200).judge();

        assertThat(diagnosis.findings()).anyMatch(finding -> finding.cause() == Cause.CONNECT_FLOOD);
    }

    @Test
    void statementsThatPileUpNameTheirDigest() {
        Diagnosis diagnosis =
                new FactsBuilder(40).running(SHOP, 35, "SELECT * FROM stock WHERE note LIKE '%x%' LIMIT 10", "executing").judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.SLOW_QUERY_STORM);
        assertThat(diagnosis.findings().getFirst().evidence())
                .anyMatch(line -> line.contains("35 of them: SELECT * FROM stock WHERE note LIKE ? LIMIT ?"));
    }

    @Test
    void theRootOfALockPileUpIsNamedAndItsKillGiven() {
        FactsBuilder facts = new FactsBuilder(40).sleeping(ORDERS, 7, 90).transaction(7, 100);
        for (int id = 200; id < 235; id++) {
            facts.running(SHOP, id, "UPDATE stock SET amount = amount - 1 WHERE id = 1", "updating").waitsFor(id, id == 200 ? 7 : 200)
                    .waitsFor(id, 7);
        }

        Finding finding = facts.judge().findings().getFirst();

        assertThat(finding.id()).isEqualTo("lock_pile_up");
        assertThat(finding.summary()).isEqualTo("connection 7 blocks 35 others");
        assertThat(finding.remedies().getFirst().statements()).containsExactly("KILL 7;");
    }

    @Test
    void connectionsForEachRequestNeedAPool() {
        Diagnosis diagnosis = new FactsBuilder(20).passing(SHOP, 15).grows("connections", 2000).grows("questions", 4000)
                .grows("connection_errors_max_connections", 100).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.POOLER_MISSING);
    }

    @Test
    void failedLoginsAreAFlood() {
        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 5).grows("connections", 600).grows("aborted_connects", 580).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.CONNECT_FLOOD);
    }

    @Test
    void loginsThatDoNotFinishAreAFlood() {
        assertThat(new FactsBuilder(100).used(SHOP, 5).loggingIn(60).judge().cause()).isEqualTo(Cause.CONNECT_FLOOD);
    }

    @Test
    void aHostCloseToMaxConnectErrorsIsNamed() {
        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 5).variable("max_connect_errors", "100").host("10.0.0.9", 85).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.CONNECT_FLOOD);
        assertThat(diagnosis.summary()).contains("10.0.0.9 has broken off 85 logins");
    }

    @Test
    void anAccountAtItsOwnLimit() {
        Diagnosis diagnosis =
                new FactsBuilder(100).used(SHOP, 6).limit("shop@10.%", 6).grows("aborted_connects", 20).grows("connections", 20).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.ACCOUNT_LIMIT);
        assertThat(diagnosis.findings().getFirst().remedies().getFirst().statements())
                .containsExactly("ALTER USER 'shop'@'10.%' WITH MAX_USER_CONNECTIONS 12;");
    }

    @Test
    void descriptorsThatAreGoneComeBeforeEverythingElse() {
        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 20).machine(machine(1010, 1024, 30, OptionalLong.empty(), 1L << 30)).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.DESCRIPTOR_OR_THREAD_LIMIT);
        assertThat(diagnosis.summary()).contains("file descriptors");
    }

    @Test
    void aLimitThatTheServerLoweredForLackOfDescriptorsIsNotJustTooLow() {
        Diagnosis diagnosis = new FactsBuilder(214).used(SHOP, 214).variable("open_files_limit", "1024")
                .grows("connection_errors_max_connections", 9).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.DESCRIPTOR_OR_THREAD_LIMIT);
    }

    @Test
    void memoryThatIsGoneComesBeforeALimitThatIsReached() {
        Diagnosis diagnosis = new FactsBuilder(20).used(SHOP, 20).grows("connection_errors_max_connections", 9)
                .machine(machine(100, 1024, 30, OptionalLong.of(1L << 30), 1020L << 20)).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.MEMORY_PRESSURE);
        assertThat(diagnosis.findings()).extracting(Finding::id).contains("limit_too_low");
    }

    @Test
    void connectionsThatMySqlEndsForTheirMemoryAreMemoryPressureAlsoWhenItIsFreeAgain() {
        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 5).variable("global_connection_memory_limit", "20000000")
                .status("global_connection_memory", 60_000).grows(Sample.ENDED_FOR_MEMORY, 16).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.MEMORY_PRESSURE);
        assertThat(diagnosis.findings().getFirst().evidence().getFirst()).contains("16 connections");
    }

    @Test
    void aProxySqlThatMayOpenMoreThanTheServerHas() {
        ProxySql proxy = new ProxySql(500, List.of(new ProxySql.Backend(1, "db1:3306", 1000, 95, 0, 12)), List.of(), 1, 1, 0);

        Diagnosis diagnosis = new FactsBuilder(100).used(SHOP, 98).proxySql(proxy).judge();

        assertThat(diagnosis.cause()).isEqualTo(Cause.POOLER_MISCONFIGURED);
        assertThat(diagnosis.findings().getFirst().remedies().getFirst().statements().getFirst()).contains("max_connections = 80");
    }

    @Test
    void anUsherInFrontIsNamedAndItsOwnBudgetComesFirstWhenItHoldsTooMuch() {
        ClientProcess usher = new ClientProcess("app", "10.0.0.5", "usher", 7);

        assertThat(new FactsBuilder(100).used(usher, 20).judge().findings()).extracting(Finding::id).containsExactly("usher_in_front");
        Finding holdsTooMuch = new FactsBuilder(100).asleep(usher, 98, 60, 0).judge().findings().getFirst();
        assertThat(holdsTooMuch.cause()).isEqualTo(Cause.POOLER_MISCONFIGURED);
        assertThat(holdsTooMuch.remedies().getFirst().why()).contains("max-server-connections");
    }

    @Test
    void statementsFitTheServer() {
        Remedy mysql = remedyFor(new FactsBuilder(100));
        Remedy mariaDb = remedyFor(new FactsBuilder(100).mariaDb());
        Remedy managed = remedyFor(new FactsBuilder(100).on(Platform.RDS));

        assertThat(mysql.statements()).containsExactly("SET PERSIST connect_timeout = 5;");
        assertThat(mysql.configuration()).isEmpty();
        assertThat(mariaDb.statements()).containsExactly("SET GLOBAL connect_timeout = 5;");
        assertThat(mariaDb.configuration()).containsExactly("[mysqld]", "connect_timeout = 5");
        assertThat(managed.statements()).isEmpty();
        assertThat(managed.configuration()).containsExactly("In the DB parameter group of the instance: connect_timeout = 5");
    }

    private static Remedy remedyFor(FactsBuilder facts) {
        return facts.loggingIn(60).variable("connect_timeout", "10").judge().findings().getFirst().remedies().get(1);
    }

    private static Machine machine(long descriptors, long descriptorLimit, long threads, OptionalLong memoryLimit, long memoryUsed) {
        return new Machine(1, descriptors, OptionalLong.of(descriptorLimit), threads, OptionalLong.empty(), 1 << 30, 0, memoryLimit,
                memoryUsed, 0, 0,
                16L << 30, 8L << 30, 0, 0, 0, 0, 0);
    }
}
