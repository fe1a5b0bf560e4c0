/**
 * Admin statements: SHOW and KILL over the MySQL protocol, on a listener and with an account of their own.
 *
 * <p>One class per statement, each with its columns beside the code of a row; {@link dev.usher.admin.AdminStatements} lists
 * them and is the place to start. They see the pooler as immutable rows only, through {@link dev.usher.admin.PoolerView}.
 */
@NullMarked
package dev.usher.admin;

import org.jspecify.annotations.NullMarked;
