package dev.usher.config;

import static dev.usher.config.Settings.IDLE_TRANSACTION_LIMIT;
import static dev.usher.config.Settings.LOG_PINS;
import static dev.usher.config.Settings.PIN_LIMIT;

import java.time.Duration;

/**
 * Sessions that keep their server connection.
 *
 * @param limit a session that is pinned for longer by anything but a transaction is ended; zero for never
 * @param idleTransactionLimit a session is ended whose transaction is open and runs nothing for longer; zero for never
 * @param log whether each pin is logged
 */
public record PinConfig(Duration limit, Duration idleTransactionLimit, boolean log) {
    public PinConfig {
        Check.notNegative(PIN_LIMIT.name(), limit);
        Check.notNegative(IDLE_TRANSACTION_LIMIT.name(), idleTransactionLimit);
    }

    static PinConfig from(SettingValues values) {
        return new PinConfig(values.get(PIN_LIMIT), values.get(IDLE_TRANSACTION_LIMIT), values.get(LOG_PINS) == LogPins.ON);
    }
}
