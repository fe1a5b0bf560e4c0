package dev.usher.doctor.sizing;

import dev.usher.doctor.facts.Platform;

/** How {@code max_connections} is set on a server that a cloud operates: through the cloud, not by SQL. */
public final class ManagedWay {
    private ManagedWay() {}

    /** The command. Names in capitals are the user's to fill in. Empty for a server of one's own. */
    public static String command(Platform platform, int target) {
        return switch (platform) {
            case OWN -> "";
            case RDS -> "aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters "
                    + "\"ParameterName=max_connections,ParameterValue=" + target + ",ApplyMethod=immediate\"";
            case AURORA -> "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP --parameters "
                    + "\"ParameterName=max_connections,ParameterValue=" + target + ",ApplyMethod=immediate\"";
            case CLOUD_SQL -> "gcloud sql instances patch INSTANCE --database-flags=max_connections=" + target
                    + " (with every flag that is set already: those left out are reset)";
            case AZURE ->
                "az mysql flexible-server parameter set --resource-group GROUP --server-name SERVER --name max_connections --value "
                        + target;
        };
    }

    /** What to know before. */
    public static String hint(Platform platform) {
        return switch (platform) {
            case OWN -> "";
            case RDS, AURORA -> "A default parameter group cannot be changed: make one, and give it to the instance first. "
                    + "Without a value of its own the limit follows the instance class.";
            case CLOUD_SQL -> "The command says whether it takes a restart.";
            case AZURE -> "The largest value depends on the size of the server.";
        };
    }
}
