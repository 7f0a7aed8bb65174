package io.gantry.control.core.query;

import io.gantry.control.core.query.RegexProgram.Kind;
import java.util.ArrayList;
import java.util.List;

/** Understands patterns as Java writes them, as far as {@link Regex} goes. */
final class RegexParser {
    private static final int DEEPEST = 100;
    private static final int MOST_TIMES = 1_000;

    private final int[] text;
    private int at;
    private int depth;

    RegexParser(String pattern) {
        this.text = pattern.codePoints().toArray();
    }

    RegexNode parse() {
        RegexNode whole = choice();
        if (at < text.length) {
            throw fault("has a ')' too many");
        }
        return whole;
    }

    private RegexNode choice() {
        var parts = new ArrayList<RegexNode>();
        do {
            parts.add(sequence());
        } while (take('|'));
        return parts.size() == 1 ? parts.getFirst() : new RegexNode.Choice(parts);
    }

    private RegexNode sequence() {
        var parts = new ArrayList<RegexNode>();
        while (at < text.length && text[at] != '|' && text[at] != ')') {
            parts.add(repeated(single()));
        }
        return new RegexNode.Sequence(parts);
    }

    private RegexNode repeated(RegexNode part) {
        RegexNode repeated = part;
        if (take('*')) {
            repeated = new RegexNode.Repeat(part, 0, -1);
        } else if (take('+')) {
            repeated = new RegexNode.Repeat(part, 1, -1);
        } else if (take('?')) {
            repeated = new RegexNode.Repeat(part, 0, 1);
        } else if (take('{')) {
            repeated = counted(part);
        } else {
            return part;
        }
        // How eagerly it is read makes no difference to a whole match.
        take('?');
        if (at < text.length && "*+?{".indexOf(text[at]) >= 0) {
            throw fault("repeats what is repeated already, with '" + next() + "'");
        }
        return repeated;
    }

    private RegexNode counted(RegexNode part) {
        int least = number();
        int most = least;
        if (take(',')) {
            most = at < text.length && text[at] == '}' ? -1 : number();
        }
        if (!take('}') || (most >= 0 && most < least)) {
            throw fault("has a wrong repetition in braces");
        }
        return new RegexNode.Repeat(part, least, most);
    }

    private int number() {
        int from = at;
        int number = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9' && number <= MOST_TIMES) {
            number = 10 * number + text[at++] - '0';
        }
        if (at == from || number > MOST_TIMES) {
            throw fault("needs a number up to 1000 in braces");
        }
        return number;
    }

    private RegexNode single() {
        int c = text[at++];
        return switch (c) {
            case '.' -> new RegexNode.Char(CharSet.ANY);
            case '^' -> new RegexNode.Place(Kind.BEGIN);
            case '$' -> new RegexNode.Place(Kind.END);
            case '[' -> new RegexNode.Char(charClass());
            case '(' -> group();
            case '\\' -> new RegexNode.Char(escaped());
            case '*', '+', '?', '{' -> throw fault("has nothing to repeat");
            default -> new RegexNode.Char(CharSet.only(c));
        };
    }

    private RegexNode group() {
        depth++;
        if (depth > DEEPEST) {
            throw fault("has too much within each other");
        }
        if (take('?') && !take(':')) {
            throw fault("has a group of a kind that is not supported");
        }
        RegexNode inside = choice();
        if (!take(')')) {
            throw fault("has a '(' that is never closed");
        }
        depth--;
        return inside;
    }

    private CharSet escaped() {
        if (at == text.length) {
            throw fault("ends with a backslash");
        }
        int c = text[at++];
        return switch (c) {
            case 'd' -> CharSet.DIGIT;
            case 'D' -> CharSet.DIGIT.not();
            case 'w' -> CharSet.WORD;
            case 'W' -> CharSet.WORD.not();
            case 's' -> CharSet.SPACE;
            case 'S' -> CharSet.SPACE.not();
            case 't' -> CharSet.only('\t');
            case 'n' -> CharSet.only('\n');
            case 'r' -> CharSet.only('\r');
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw fault("has '\\" + Character.toString(c) + "', which is not supported");
                }
                yield CharSet.only(c);
            }
        };
    }

    private CharSet charClass() {
        boolean negative = take('^');
        List<CharSet.Range> ranges = new ArrayList<>();
        List<CharSet> sets = new ArrayList<>();
        boolean first = true;
        while (first || at == text.length || text[at] != ']') {
            if (at == text.length) {
                throw fault("has a '[' that is never closed");
            }
            if (text[at] == '['
                    || (text[at] == '&' && at + 1 < text.length && text[at + 1] == '&')) {
                throw fault("has a set within a set, which is not supported");
            }
            element(ranges, sets);
            first = false;
        }
        at++;
        return new CharSet(ranges, sets, negative);
    }

    private void element(List<CharSet.Range> ranges, List<CharSet> sets) {
        CharSet from = one();
        boolean range = at + 1 < text.length && text[at] == '-' && text[at + 1] != ']';
        if (!range) {
            sets.add(from);
            return;
        }
        at++;
        CharSet to = one();
        if (!from.isOne() || !to.isOne()) {
            throw fault("has a range without beginning or end");
        }
        int first = from.ranges().getFirst().first();
        int last = to.ranges().getFirst().first();
        if (first > last) {
            throw fault("has a range that ends before it begins");
        }
        ranges.add(new CharSet.Range(first, last));
    }

    private CharSet one() {
        int c = text[at++];
        return c == '\\' ? escaped() : CharSet.only(c);
    }

    private boolean take(char c) {
        boolean taken = at < text.length && text[at] == c;
        at += taken ? 1 : 0;
        return taken;
    }

    private String next() {
        return Character.toString(text[at]);
    }

    private IllegalArgumentException fault(String complaint) {
        return new IllegalArgumentException("The pattern " + complaint);
    }
}
