/** What the tests share: real servers to run against, and the check that no buffer leaks. */
package dev.usher.testing;
