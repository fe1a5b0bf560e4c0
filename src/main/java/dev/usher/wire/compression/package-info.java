/**
 * The compressed protocol: frames with a header of 7 bytes around the plain stream of packets, zlib or zstd inside. Knows nothing of packets. May
 * use {@code error}. Start reading at {@link dev.usher.wire.compression.CompressionHandler}. Follows "Compression" in the MySQL protocol
 * documentation.
 */
@NullMarked
package dev.usher.wire.compression;

import org.jspecify.annotations.NullMarked;
