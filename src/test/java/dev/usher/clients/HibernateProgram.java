package dev.usher.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;

/** Hibernate in an application with threads, over HikariCP and one of the JDBC drivers, set up as applications usually do. */
record HibernateProgram(JdbcDriver driver) implements ClientProgram {
    private static final int THREADS = 8;
    private static final int REQUESTS = 8;
    private static final int POOL = 6;
    private static final String TABLES = "hibernate_";

    @Entity(name = "Customer")
    @jakarta.persistence.Table(name = TABLES + "customers")
    static class Customer {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        String name;

        @Column(unique = true)
        Integer number;

        @Version
        int version;
    }

    @Entity(name = "Purchase")
    @jakarta.persistence.Table(name = TABLES + "purchases")
    static class Purchase {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne
        Customer customer;

        BigDecimal price;
    }

    /** Its ids are drawn from a sequence, which MySQL does not have. */
    @Entity(name = "Receipt")
    @jakarta.persistence.Table(name = TABLES + "receipts")
    static class Receipt {
        @Id
        @GeneratedValue
        Long id;

        BigDecimal price;
    }

    private boolean hasSequences() {
        return driver == JdbcDriver.MARIADB;
    }

    @Override
    public String name() {
        return "Hibernate " + Hibernate.class.getPackage().getImplementationVersion() + " over HikariCP and " + driver.title();
    }

    @Override
    public List<String> run(Endpoint endpoint) throws Exception {
        try (var pool = pool(endpoint);
                var factory = factory(pool);
                var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Void>> requests = IntStream.range(0, THREADS * REQUESTS)
                    .<Callable<Void>>mapToObj(n -> () -> {
                        request(factory, n);
                        return null;
                    })
                    .toList();
            for (Future<Void> each : threads.invokeAll(requests)) {
                each.get();
            }
            long left = factory.fromSession(session -> session.createQuery("select count(*) from Customer", Long.class).getSingleResult());
            return List.of("ok Hibernate: " + requests.size() + " requests in a pool of " + POOL, "ok rows left: " + left);
        } catch (ExecutionException failure) {
            return List.of("FAIL Hibernate: " + failure.getCause().toString().replaceAll("\\s+", " "));
        }
    }

    private HikariDataSource pool(Endpoint endpoint) {
        var config = new HikariConfig();
        config.setJdbcUrl(driver.url(endpoint, Map.of("useServerPrepStmts", "true", "cachePrepStmts", "true")));
        config.setUsername(endpoint.user());
        config.setPassword(endpoint.password());
        config.setMaximumPoolSize(POOL);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionInitSql("SET time_zone = '+02:00'");
        return new HikariDataSource(config);
    }

    private SessionFactory factory(HikariDataSource pool) {
        var configuration = new Configuration();
        configuration.addAnnotatedClass(Customer.class);
        configuration.addAnnotatedClass(Purchase.class);
        if (hasSequences()) {
            configuration.addAnnotatedClass(Receipt.class);
        }
        configuration.getProperties().put("hibernate.connection.datasource", pool);
        configuration.setProperty("hibernate.hbm2ddl.auto", "create");
        configuration.setProperty("hibernate.jdbc.batch_size", "20");
        return configuration.buildSessionFactory();
    }

    private void request(SessionFactory factory, int n) {
        var made = new Customer();
        made.name = "customer 🐬 " + n;
        made.number = n;
        factory.inTransaction(session -> session.persist(made));
        factory.inSession(session -> { // reads without a transaction
            same("customer 🐬 " + n, session.find(Customer.class, made.id).name);
            same("+02:00", session.createNativeQuery("select @@session.time_zone", String.class).getSingleResult());
        });
        factory.inTransaction(session -> {
            Customer customer = session.find(Customer.class, made.id, LockModeType.PESSIMISTIC_WRITE);
            for (int price = 1; price <= 3; price++) {
                var purchase = new Purchase();
                purchase.customer = customer;
                purchase.price = BigDecimal.valueOf(price);
                session.persist(purchase);
                if (hasSequences()) {
                    var receipt = new Receipt();
                    receipt.price = purchase.price;
                    session.persist(receipt);
                }
            }
            customer.name = "renamed " + n;
        });
        rollsBack(factory, session -> {
            session.createMutationQuery("delete from Purchase where customer.id = :id").setParameter("id", made.id).executeUpdate();
            throw new IllegalStateException("rolled back");
        }, IllegalStateException.class);
        rollsBack(factory, session -> {
            var again = new Customer();
            again.number = n;
            session.persist(again);
        }, ConstraintViolationException.class);
        factory.inSession(session -> {
            var prices = new ArrayList<Integer>();
            session.createQuery("select price from Purchase where customer.id = :id order by price", BigDecimal.class)
                    .setParameter("id", made.id).getResultStream().forEach(price -> prices.add(price.intValue()));
            same(List.of(1, 2, 3), prices);
            same(1, session.createQuery("select version from Customer where name = :name", Integer.class)
                    .setParameter("name", "renamed " + n)
                    .getSingleResult());
        });
        factory.inTransaction(session -> {
            session.createMutationQuery("delete from Purchase where customer.id = :id").setParameter("id", made.id).executeUpdate();
            session.remove(session.find(Customer.class, made.id));
        });
    }

    private static void rollsBack(SessionFactory factory, java.util.function.Consumer<Session> work,
            Class<? extends RuntimeException> because) {
        try {
            factory.inTransaction(work::accept);
        } catch (RuntimeException e) {
            if (because.isInstance(e)) {
                return;
            }
            throw e;
        }
        throw new AssertionError("no " + because.getSimpleName());
    }

    private static void same(Object expected, Object seen) {
        if (!expected.equals(seen)) {
            throw new AssertionError("expected " + expected + ", got " + seen);
        }
    }
}
