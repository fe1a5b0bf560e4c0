package dev.usher.doctor.sizing;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A server that a cloud operates: its settings are changed through the cloud, not by SQL. */
public enum Managed {
    RDS("Amazon RDS"),
    AURORA("Amazon Aurora"),
    CLOUD_SQL("Google Cloud SQL"),
    AZURE("Azure Database");

    private final String title;

    Managed(String title) {
        this.title = title;
    }

    /** By variables that only they have. */
    public static Optional<Managed> recognise(ServerFacts server) {
        Map<String, String> variables = server.variables();
        String base = variables.getOrDefault("basedir", "");
        String data = variables.getOrDefault("datadir", "");
        String version = (server.version() + " " + variables.getOrDefault("version_comment", "")).toLowerCase(Locale.ROOT);
        if (variables.containsKey("aurora_version")) {
            return Optional.of(AURORA);
        }
        if (base.startsWith("/rdsdbbin") || data.startsWith("/rdsdbdata")) {
            return Optional.of(RDS);
        }
        if (version.contains("-google") || version.contains("(google)") || variables.keySet().stream().anyMatch(name -> name.startsWith("cloudsql_"))) {
            return Optional.of(CLOUD_SQL);
        }
        if (version.contains("azure") || variables.keySet().stream().anyMatch(name -> name.startsWith("azure_") || name.equals("aad_auth_only"))) {
            return Optional.of(AZURE);
        }
        return Optional.empty();
    }

    /** The command that sets {@code max_connections} there. Names in capitals are the user's to fill in. */
    public String way(int target) {
        return switch (this) {
            case RDS -> "aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters "
                    + "\"ParameterName=max_connections,ParameterValue=" + target + ",ApplyMethod=immediate\"";
            case AURORA -> "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP --parameters "
                    + "\"ParameterName=max_connections,ParameterValue=" + target + ",ApplyMethod=immediate\"";
            case CLOUD_SQL -> "gcloud sql instances patch INSTANCE --database-flags=max_connections=" + target
                    + " (with every flag that is set already: those left out are reset)";
            case AZURE -> "az mysql flexible-server parameter set --resource-group GROUP --server-name SERVER --name max_connections --value "
                    + target;
        };
    }

    /** What to know before. */
    public String hint() {
        return switch (this) {
            case RDS, AURORA -> "A default parameter group cannot be changed: copy it first. The default is {DBInstanceClassMemory/12582880}; a larger instance class raises it by itself.";
            case CLOUD_SQL -> "Whether it takes a restart is said when the command asks.";
            case AZURE -> "The largest value depends on the size of the server.";
        };
    }

    @Override
    public String toString() {
        return title;
    }
}
