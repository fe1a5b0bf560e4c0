package dev.usher.doctor.facts;

import java.util.OptionalLong;

/**
 * What /proc says of the server and of its machine; sizes in bytes.
 *
 * @param descriptors open ones of the server
 * @param threads of the server
 * @param threadLimit the lowest of its own limit on processes and of its cgroup's, where it has one
 * @param memoryLimit its cgroup's
 * @param memoryUsed what counts against that, without what can be given back at once
 * @param memoryLimitHits how often the limit was met during the watch
 * @param outOfMemoryKills of the cgroup, or of the machine, during the watch
 * @param listenOverflows connections that the system dropped since nobody accepted them, during the watch, on the whole machine
 * @param acceptQueue waiting to be accepted by the server, the most seen
 */
public record Machine(long pid, long descriptors, OptionalLong descriptorLimit, long threads, OptionalLong threadLimit, long resident,
        long swapped,
        OptionalLong memoryLimit, long memoryUsed, long memoryLimitHits, long outOfMemoryKills, long totalMemory, long availableMemory,
        long swapTotal, long swapFree, long pagesSwappedIn, long listenOverflows, long acceptQueue) {}
