package dev.usher.clients;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;

/** What differs between the two JDBC drivers: how they are told the same things. */
enum JdbcDriver {
    MARIADB("MariaDB Connector/J", new org.mariadb.jdbc.Driver(), "allowLocalInfile", "sslMode=disable", "sslMode=trust") {
        @Override
        void reset(Connection connection) throws SQLException {
            connection.unwrap(org.mariadb.jdbc.Connection.class).reset();
        }
    },
    MYSQL("MySQL Connector/J", mysqlDriver(), "allowLoadLocalInfile", "sslMode=DISABLED", "sslMode=REQUIRED") {
        @Override
        void reset(Connection connection) throws SQLException {
            connection.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).resetServerState();
        }
    };

    private final String product;
    private final Driver driver;
    private final String localInfile;
    private final String plain;
    private final String encrypted;

    JdbcDriver(String product, Driver driver, String localInfile, String plain, String encrypted) {
        this.product = product;
        this.driver = driver;
        this.localInfile = localInfile;
        this.plain = plain;
        this.encrypted = encrypted;
    }

    /** COM_RESET_CONNECTION, which JDBC has no word for. */
    abstract void reset(Connection connection) throws SQLException;

    String title() {
        return product + " " + driver.getMajorVersion() + "." + driver.getMinorVersion();
    }

    /** The option that lets the driver send a file for LOAD DATA LOCAL INFILE. */
    String localInfileOption() {
        return localInfile;
    }

    String url(Endpoint to, Map<String, String> options) {
        var url = new StringBuilder(
                "jdbc:" + name().toLowerCase(java.util.Locale.ROOT) + "://" + to.host() + ":" + to.port() + "/" + to.database());
        url.append('?').append(to.tls() ? encrypted : plain).append("&allowPublicKeyRetrieval=true");
        options.forEach((name, value) -> url.append('&').append(name).append('=').append(value));
        return url.toString();
    }

    private static Driver mysqlDriver() {
        try {
            return new com.mysql.cj.jdbc.Driver();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
