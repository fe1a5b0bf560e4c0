package dev.usher.doctor.facts;

import java.util.Locale;
import java.util.Map;

/** Who manages the server, and with that how a setting is changed for good. */
public enum Platform {
    OWN("", ""),
    RDS("Amazon RDS", "the DB parameter group of the instance"),
    AURORA("Amazon Aurora", "the DB (cluster) parameter group"),
    CLOUD_SQL("Google Cloud SQL", "the instance's database flags (gcloud sql instances patch --database-flags)"),
    AZURE("Azure Database", "the server parameters (az mysql flexible-server parameter set)");

    private final String title;
    private final String place;

    Platform(String title, String place) {
        this.title = title;
        this.place = place;
    }

    public boolean isManaged() {
        return this != OWN;
    }

    public String title() {
        return title;
    }

    /** Where settings are changed. */
    public String place() {
        return place;
    }

    /** By what only they have among the global variables, and by their folders. */
    public static Platform of(Map<String, String> variables) {
        String base = variables.getOrDefault("basedir", "").toLowerCase(Locale.ROOT);
        String comment = variables.getOrDefault("version_comment", "").toLowerCase(Locale.ROOT);
        if (variables.containsKey("aurora_version") || variables.containsKey("aurora_server_id")) {
            return AURORA;
        }
        if (base.contains("/rdsdbbin") || variables.getOrDefault("datadir", "").contains("/rdsdbdata")) {
            return RDS;
        }
        if (variables.keySet().stream().anyMatch(name -> name.startsWith("cloudsql_"))
                || variables.getOrDefault("version", "").contains("-google")
                || comment.contains("(google)")) {
            return CLOUD_SQL;
        }
        if (variables.keySet().stream().anyMatch(name -> name.startsWith("azure_") || name.startsWith("redirect_enabled"))
                || comment.contains("azure") || variables.getOrDefault("version", "").contains("-azure")) {
            return AZURE;
        }
        return OWN;
    }
}
