package dev.usher.doctor.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SizingTest {
    private final SizingInputs given = new SizingInputs();

    @Test
    void theRecommendationFitsIntoTheMemoryWithEveryConnectionActive() {
        Sizing sizing = given.sizing();

        long perActive = sizing.each().getLast().bytes();
        long fixed = sizing.fixed().stream().mapToLong(Amount::bytes).sum();
        long budget = sizing.limits().stream().mapToLong(Amount::bytes).sum();
        assertThat(sizing.recommended() * perActive + fixed).isLessThanOrEqualTo(budget);
        assertThat((sizing.recommended() + 30L) * perActive + fixed).isGreaterThan(budget); // and is not far from it
    }

    @Test
    void theCeilingExpectsThatOnlySomeAreActive() {
        Sizing sizing = given.sizing();

        assertThat(sizing.ceiling()).isGreaterThan(sizing.recommended());
        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.MEMORY);
        assertThat(sizing.memoryFor(sizing.ceiling()) + sizing.fixed().stream().mapToLong(Amount::bytes).sum())
                .isLessThanOrEqualTo(sizing.limits().stream().mapToLong(Amount::bytes).sum());
    }

    @Test
    void moreStatementsAtOnceLowerTheCeilingAndNotTheRecommendation() {
        Sizing calm = given.sizing();
        given.running = 200;
        Sizing busy = given.sizing();

        assertThat(busy.active()).isEqualTo(400);
        assertThat(busy.ceiling()).isLessThan(calm.ceiling());
        assertThat(busy.recommended()).isEqualTo(calm.recommended());
    }

    @Test
    void whatStatementsWereSeenToTakeCountsMoreThanTheirBuffers() {
        Sizing unknown = given.sizing();
        given.sessions = SizingInputs.measured(100 << 10, 1 << 20);
        Sizing seen = given.sizing();

        assertThat(unknown.activeIsMeasured()).isFalse();
        assertThat(seen.activeIsMeasured()).isTrue();
        assertThat(seen.recommended()).isGreaterThan(5 * unknown.recommended());
    }

    @Test
    void aControlGroupIsTakenForTheMachineWhereItHasLess() {
        given.resident = 300 * SizingInputs.MIB;
        given.cgroup = Optional.of(new MachineFacts.Cgroup("/sys/fs/cgroup/db", 768 * SizingInputs.MIB, 350 * SizingInputs.MIB));

        Sizing sizing = given.sizing();

        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.CGROUP);
        assertThat(sizing.ceiling()).isLessThan(2000);
    }

    @Test
    void aBufferPoolThatIsNotFilledYetIsNotGivenToConnections() {
        Sizing filled = given.sizing();
        given.status.put("innodb_buffer_pool_pages_free", Long.toString(8 * SizingInputs.GIB / 16384));
        given.status.put("innodb_page_size", "16384");

        assertThat(given.sizing().ceiling()).isLessThan(filled.ceiling() / 2);
    }

    @Test
    void descriptorsForTablesComeFirst() {
        given.maxFiles = OptionalLong.of(5000);

        Sizing sizing = given.sizing();

        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.FILE_DESCRIPTORS);
        // 10 + innodb_open_files + 2 x 400, and the connection for administrators.
        assertThat(sizing.ceiling()).isEqualTo(5000 - 2810 - 1);
        assertThat(RestartAdvice.of(sizing, 4000)).singleElement().asString().contains("LimitNOFILE=").contains("restart");
    }

    @Test
    void theClassicLimitOf1024DescriptorsGives214ConnectionsAsMySqlItselfReckons() {
        given.maxFiles = OptionalLong.of(1024);
        given.variables.put("table_open_cache", "400");

        assertThat(given.sizing().ceiling()).isEqualTo(1024 - 10 - 2 * 400 - 1);
    }

    @Test
    void aThreadPoolNeedsNoThreadForEachConnection() {
        given.maxProcesses = OptionalLong.of(300);
        assertThat(given.sizing().limitedBy()).isEqualTo(LimitKind.THREADS);

        given.variables.put("thread_handling", "pool-of-threads");
        assertThat(given.sizing().limitedBy()).isEqualTo(LimitKind.MEMORY);
    }

    @Test
    void eachThreadTakesTwoMappings() {
        given.maxMappings = 2500;

        assertThat(given.sizing().limitedBy()).isEqualTo(LimitKind.MAPPINGS);
        assertThat(given.sizing().ceiling()).isEqualTo(50 + 2000 * 9 / 10 / 2 - 1);
    }

    @Test
    void aLimitOfAddressSpaceCountsWholeStacks() {
        given.maxAddressSpace = OptionalLong.of(12 * SizingInputs.GIB);

        Sizing sizing = given.sizing();

        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.ADDRESS_SPACE);
        given.variables.put("thread_stack", "8388608");
        assertThat(given.sizing().ceiling()).isPositive().isLessThan(sizing.ceiling());
    }

    @Test
    void theExtraPortsConnectionsAreLeftOut() {
        given.maxFiles = OptionalLong.of(5000);
        int without = given.sizing().ceiling();
        given.variables.put("extra_port", "3307");
        given.variables.put("extra_max_connections", "4");

        assertThat(given.sizing().ceiling()).isEqualTo(without - 4);
    }

    @Test
    void withoutTheMemoryOfAServerElsewhereTheLimitStays() {
        given.local = false;

        Sizing sizing = given.sizing();

        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.MEMORY_UNKNOWN);
        assertThat(sizing.ceiling()).isEqualTo(151);
    }

    @Test
    void theMemoryOfAServerElsewhereCanBeTold() {
        given.local = false;
        given.given = OptionalLong.of(8 * SizingInputs.GIB);
        given.variables.put("open_files_limit", "100000");

        Sizing sizing = given.sizing();

        assertThat(sizing.limitedBy()).isEqualTo(LimitKind.MEMORY);
        assertThat(sizing.ceiling()).isGreaterThan(1000);
    }

    @Test
    void onMySqlTemporaryTablesHaveOneLimitForAll() {
        given.mariaDb = false;
        given.variables.put("temptable_max_ram", Long.toString(SizingInputs.GIB));

        Sizing sizing = given.sizing();

        assertThat(sizing.fixed()).anyMatch(amount -> amount.from().contains("temptable_max_ram") && amount.bytes() == SizingInputs.GIB);
        assertThat(sizing.each().getLast().bytes()).isLessThan(4 * SizingInputs.MIB);
    }

    @Test
    void aServerWithoutAnyMemoryLeftCanHaveWhatItHas() {
        given.available = 0;
        given.resident = 15 * SizingInputs.GIB;
        given.status.put("innodb_buffer_pool_pages_free", "1000000");
        given.status.put("innodb_page_size", "16384");

        Sizing sizing = given.sizing();

        assertThat(sizing.ceiling()).isEqualTo(1);
        assertThat(sizing.recommended()).isEqualTo(1);
    }
}
