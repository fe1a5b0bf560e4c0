package dev.usher.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Opens connections for the cases: each anew, or out of a HikariCP pool for each set of options. */
final class JdbcConnections implements AutoCloseable {

    private final JdbcDriver driver;
    private final Endpoint endpoint;
    private final boolean pooled;
    private final Map<String, HikariDataSource> pools = new HashMap<>();

    JdbcConnections(JdbcDriver driver, Endpoint endpoint, boolean pooled) {
        this.driver = driver;
        this.endpoint = endpoint;
        this.pooled = pooled;
    }

    JdbcDriver driver() {
        return driver;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    boolean pooled() {
        return pooled;
    }

    /** A connection with the driver's options, given as {@code name=value}. */
    Connection open(String... options) throws SQLException {
        var map = new HashMap<String, String>();
        for (String option : options) {
            map.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        String url = driver.url(endpoint, map);
        return pooled ? pools.computeIfAbsent(url, this::pool).getConnection() : openAs(endpoint.user(), endpoint.password(), url);
    }

    /** A connection as another account, never out of a pool. */
    Connection openAs(String user, String password) throws SQLException {
        return openAs(user, password, driver.url(endpoint, Map.of()));
    }

    private static Connection openAs(String user, String password, String url) throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    private HikariDataSource pool(String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(endpoint.user());
        config.setPassword(endpoint.password());
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    @Override
    public void close() {
        pools.values().forEach(HikariDataSource::close);
    }
}
