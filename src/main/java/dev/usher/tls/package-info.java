/**
 * TLS on both sides of Usher: certificates from files or made on first start, and the contexts that handlers are made from. May use {@code
 * config}. Start reading at {@link dev.usher.tls.SslContexts}.
 */
@NullMarked
package dev.usher.tls;

import org.jspecify.annotations.NullMarked;
