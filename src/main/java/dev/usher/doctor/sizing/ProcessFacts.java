package dev.usher.doctor.sizing;

import java.util.OptionalLong;

/**
 * The server's process, as /proc shows it. Limits that the system does not set are empty.
 *
 * @param resident bytes of memory that it holds
 * @param virtual bytes of address space
 * @param data bytes of private writable memory, touched or not
 * @param openFiles descriptors in use; 0 if it cannot be seen
 * @param mappings memory mappings in use; 0 if it cannot be seen
 * @param maxFiles the descriptors that it may have (soft limit)
 * @param maxProcesses the threads that its user may have, in all processes; empty for root, for whom the kernel does not check it
 * @param command its command line
 */
public record ProcessFacts(long pid, long resident, long virtual, long data, int threads, int openFiles, int mappings,
        OptionalLong maxFiles,
        OptionalLong maxProcesses, OptionalLong maxAddressSpace, OptionalLong maxData, java.util.List<String> command) {}
