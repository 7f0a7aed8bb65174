package io.gantry.control.core.query;

import io.gantry.control.core.query.RegexProgram.Kind;
import java.util.ArrayList;
import java.util.List;

/** A part of a pattern. */
sealed interface RegexNode {

    void emit(RegexProgram program);

    record Char(CharSet set) implements RegexNode {
        @Override
        public void emit(RegexProgram program) {
            program.read(set);
        }
    }

    record Place(Kind kind) implements RegexNode {
        @Override
        public void emit(RegexProgram program) {
            program.when(kind);
        }
    }

    record Sequence(List<RegexNode> parts) implements RegexNode {
        @Override
        public void emit(RegexProgram program) {
            parts.forEach(part -> part.emit(program));
        }
    }

    record Choice(List<RegexNode> parts) implements RegexNode {
        @Override
        public void emit(RegexProgram program) {
            var ends = new ArrayList<Integer>();
            for (RegexNode part : parts.subList(0, parts.size() - 1)) {
                int otherwise = program.open(Kind.FORK);
                part.emit(program);
                ends.add(program.open(Kind.JUMP));
                program.close(otherwise);
            }
            parts.getLast().emit(program);
            ends.forEach(program::close);
        }
    }

    /**
     * A part so many times.
     *
     * @param most -1 for any number
     */
    record Repeat(RegexNode part, int least, int most) implements RegexNode {
        @Override
        public void emit(RegexProgram program) {
            for (int i = 0; i < least; i++) {
                part.emit(program);
            }
            if (most < 0) {
                int begin = program.size();
                int end = program.open(Kind.FORK);
                part.emit(program);
                program.jump(begin);
                program.close(end);
                return;
            }
            var ends = new ArrayList<Integer>();
            for (int i = least; i < most; i++) {
                ends.add(program.open(Kind.FORK));
                part.emit(program);
            }
            ends.forEach(program::close);
        }
    }
}
