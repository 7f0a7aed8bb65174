package io.gantry.control.core.query;

import java.util.List;
import java.util.regex.Pattern;

/** Compares versions part by part: numbers as numbers, and 1.9 is before 1.10. */
final class Versions {
    private static final Pattern VERSION = Pattern.compile("v?[0-9]+(\\.[0-9]+)*([-+].*)?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern BETWEEN = Pattern.compile("[.-]");

    private Versions() {}

    static boolean isVersion(String text) {
        return VERSION.matcher(text).matches();
    }

    /** As versions if both are some, numbers included, else as texts. */
    static int compareLoosely(String a, String b) {
        return isVersion(a) && isVersion(b) ? compare(a, b) : a.compareTo(b);
    }

    static int compare(String a, String b) {
        List<String> as = parts(a);
        List<String> bs = parts(b);
        for (int i = 0; i < Math.max(as.size(), bs.size()); i++) {
            int compared =
                    comparePart(i < as.size() ? as.get(i) : "0", i < bs.size() ? bs.get(i) : "0");
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    }

    private static List<String> parts(String version) {
        String plain = version.startsWith("v") ? version.substring(1) : version;
        int build = plain.indexOf('+');
        return BETWEEN.splitAsStream(build < 0 ? plain : plain.substring(0, build)).toList();
    }

    /** What is no number, as the end of 1.0-rc1, comes before what is none or one. */
    private static int comparePart(String a, String b) {
        boolean isNumber = NUMBER.matcher(a).matches();
        if (isNumber != NUMBER.matcher(b).matches()) {
            return isNumber ? 1 : -1;
        }
        if (!isNumber) {
            return a.compareTo(b);
        }
        String x = a.replaceFirst("^0+", "");
        String y = b.replaceFirst("^0+", "");
        int longer = Integer.compare(x.length(), y.length());
        return longer != 0 ? longer : x.compareTo(y);
    }
}
