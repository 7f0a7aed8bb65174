package io.gantry.control.core.query;

import java.util.Locale;
import java.util.regex.Pattern;

/** Reads words, symbols and values off a text, and says where it stands. */
final class Scanner {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_.:/*+@-]+");
    private static final String NOT_IN_BARE = "()'\"";

    private final String text;
    private int at;

    Scanner(String text) {
        this.text = text;
    }

    /** A value as it may be written anywhere. */
    static String quoted(String value) {
        if (BARE.matcher(value).matches()) {
            return value;
        }
        return value.indexOf('\'') < 0 ? "'" + value + "'" : '"' + value + '"';
    }

    QueryException fault(String complaint) {
        return new QueryException(complaint, at + 1);
    }

    /** What is wrong began earlier than where it was noticed. */
    QueryException fault(String complaint, int from) {
        return new QueryException(complaint, from + 1);
    }

    int position() {
        skipSpaces();
        return at;
    }

    boolean atEnd() {
        skipSpaces();
        return at == text.length();
    }

    /** What comes next, for a complaint about it. */
    String next() {
        return atEnd()
                ? "the end"
                : "'" + text.substring(at, Math.min(at + 1, text.length())) + "'";
    }

    private void skipSpaces() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** Takes a symbol if it comes next. */
    boolean take(String symbol) {
        skipSpaces();
        if (!text.startsWith(symbol, at)) {
            return false;
        }
        at += symbol.length();
        return true;
    }

    /** Takes a whole word if it comes next. */
    boolean takeWord(String word) {
        skipSpaces();
        int end = at + word.length();
        boolean whole =
                text.regionMatches(true, at, word, 0, word.length())
                        && (end == text.length() || !isWord(text.charAt(end)));
        at = whole ? end : at;
        return whole;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == ':';
    }

    /** A subject as it is written, perhaps empty. */
    String subject() {
        skipSpaces();
        int from = at;
        while (at < text.length()
                && (isWord(text.charAt(at)) || "-./\\".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(from, at);
    }

    /** An operator as it is written, perhaps empty. */
    String operator() {
        skipSpaces();
        int from = at;
        if (at < text.length() && text.charAt(at) == '!') {
            at++;
        }
        if (at < text.length() && Character.isLetter(text.charAt(at))) {
            while (at < text.length()
                    && (Character.isLetter(text.charAt(at)) || text.charAt(at) == '_')) {
                at++;
            }
            return text.substring(from, at).toLowerCase(Locale.ROOT);
        }
        while (at < text.length() && at < from + 2 && "=~<>".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return text.substring(from, at);
    }

    /** One argument, quoted or not. */
    String value(boolean inList) {
        skipSpaces();
        if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
            return quotedValue();
        }
        int from = at;
        while (at < text.length() && isBare(inList)) {
            at++;
        }
        if (at == from) {
            throw fault("Expected a value, not " + next());
        }
        return text.substring(from, at);
    }

    private boolean isBare(boolean inList) {
        char c = text.charAt(at);
        return !Character.isWhitespace(c)
                && NOT_IN_BARE.indexOf(c) < 0
                && !(inList && (c == ',' || c == ']'))
                && !text.startsWith("&&", at)
                && !text.startsWith("||", at);
    }

    private String quotedValue() {
        int from = at;
        int end = text.indexOf(text.charAt(at), at + 1);
        if (end < 0) {
            throw fault("The quote is never closed that begins", from);
        }
        at = end + 1;
        return text.substring(from + 1, end);
    }
}
