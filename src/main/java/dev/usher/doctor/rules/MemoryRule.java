package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.facts.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Memory that is nearly gone: of the server's cgroup, of the machine, or of what MySQL allows its connections. */
final class MemoryRule implements Rule {
    private static final double NEAR = 0.92;
    private static final double LEAST_AVAILABLE = 0.05;

    @Override
    public List<Finding> judge(Picture picture) {
        List<String> evidence = new ArrayList<>();
        double confidence = 0;
        if (picture.facts().machine().isPresent()) {
            confidence = machine(picture.facts().machine().get(), picture, evidence);
        }
        confidence = Math.max(confidence, connectionMemory(picture.facts(), evidence));
        if (evidence.isEmpty()) {
            return List.of();
        }
        evidence.add(picture.connected() + " of " + picture.limit() + " connections");
        return List.of(new Finding("memory_pressure", Cause.MEMORY_PRESSURE, confidence >= 0.9 ? Severity.CRITICAL : Severity.WARNING,
                confidence, 1,
                "memory is nearly gone", evidence, "the memory being free again when you look at a busier time",
                remedies(picture)));
    }

    private static double machine(Machine machine, Picture picture, List<String> evidence) {
        double confidence = 0;
        if (machine.memoryLimit().isPresent()) {
            long limit = machine.memoryLimit().getAsLong();
            if (machine.memoryUsed() >= NEAR * limit) {
                confidence = 0.93;
                evidence.add("the server's cgroup uses " + Text.bytes(machine.memoryUsed()) + " of " + Text.bytes(limit)
                        + " (the server itself " + Text.bytes(machine.resident()) + ")");
            }
        }
        if (machine.outOfMemoryKills() > 0) {
            confidence = 0.97;
            evidence.add("the system has killed " + Text.count(machine.outOfMemoryKills(), "process") + " for lack of memory in "
                    + picture.watched());
        }
        if (confidence > 0 && machine.memoryLimitHits() > 0) {
            confidence = 0.97;
            evidence.add("the limit was hit " + machine.memoryLimitHits() + " times in " + picture.watched());
        }
        if (machine.totalMemory() > 0 && machine.availableMemory() < LEAST_AVAILABLE * machine.totalMemory()) {
            confidence = Math.max(confidence, 0.9);
            evidence.add(
                    "the machine has " + Text.bytes(machine.availableMemory()) + " of " + Text.bytes(machine.totalMemory()) + " available");
        }
        if (machine.swapped() > 0.1 * machine.resident() && machine.pagesSwappedIn() > 0) {
            confidence = Math.max(confidence, 0.9);
            evidence.add(Text.bytes(machine.swapped()) + " of the server are swapped out, and " + machine.pagesSwappedIn()
                    + " pages came back in "
                    + picture.watched());
        }
        return confidence;
    }

    private static double connectionMemory(Facts facts, List<String> evidence) {
        long ended = facts.growth(Sample.ENDED_FOR_MEMORY);
        if (ended > 0) {
            evidence.add("the server has ended " + Text.count(ended, "connection") + " for their memory (errors 4081 and 4082) in "
                    + Text.seconds(facts.watched()));
        }
        OptionalLong limit = facts.number("global_connection_memory_limit");
        long used = facts.samples().stream().mapToLong(sample -> sample.status("global_connection_memory")).max().orElse(0);
        if (limit.isPresent() && used >= NEAR * limit.getAsLong()) {
            evidence.add("Global_connection_memory is " + Text.bytes(used) + ", and global_connection_memory_limit "
                    + Text.bytes(limit.getAsLong()) + ": above it the server ends connections (4081)");
            return 0.95;
        }
        return ended > 0 ? 0.95 : 0;
    }

    private static List<Remedy> remedies(Picture picture) {
        Settings settings = new Settings(picture.facts().server());
        List<Remedy> all = new ArrayList<>();
        picture.facts().number("innodb_buffer_pool_size")
                .ifPresent(bytes -> all.add(settings.remedy("now, if the buffer pool is most of it",
                        "gives memory back to connections; it has " + Text.bytes(bytes), "innodb_buffer_pool_size",
                        Long.toString(bytes / 4 * 3),
                        "Do not raise max_connections: every connection needs memory that is not there.")));
        all.add(Settings.advice("for good",
                "fewer connections at once need less: a pool in front (usher serve --server HOST:PORT); or more memory",
                "Do not raise max_connections: every connection needs memory that is not there."));
        return List.copyOf(all);
    }
}
