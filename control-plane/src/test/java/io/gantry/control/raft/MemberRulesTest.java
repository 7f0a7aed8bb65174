package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class MemberRulesTest {

    @Test
    void aFourthNodeMayComeWhileOneOfThreeIsDown() {
        assertThat(ids(rules("1 2 3", "1 2").with(peer("4")))).isEqualTo("1,2,3,4");
    }

    @Test
    void aSecondNodeMayComeToOne() {
        assertThat(ids(rules("1", "1").with(peer("2")))).isEqualTo("1,2");
    }

    @Test
    void aNodeThatIsDownMayGo() {
        assertThat(ids(rules("1 2 3", "1 2").without("3"))).isEqualTo("1,2");
    }

    @Test
    void aNodeThatIsUpMayNotGoIfTheOthersWereNoMajority() {
        assertThatThrownBy(() -> rules("1 2 3", "1 2").without("2"))
                .hasMessage(
                        "of the nodes that would remain (1,3) only 1 would be up, which is no"
                                + " majority; start the others first");
    }

    @Test
    void fromFourToThreeTwoMustBeUp() {
        assertThat(ids(rules("1 2 3 4", "1 3 4").without("3"))).isEqualTo("1,2,4");
        assertThatThrownBy(() -> rules("1 2 3 4", "1 3").without("3"))
                .hasMessageContaining("only 1 would be up");
    }

    @Test
    void aDeadNodeIsReplaced() {
        assertThat(ids(rules("1 2 3", "1 2").replacing("3", peer("4")))).isEqualTo("1,2,4");
    }

    @Test
    void nothingChangesDuringAChange() {
        var changing = new Members(7, peers("1 2 3"), peers("1 2"));
        var rules = new MemberRules(changing, Set.of());
        assertThatThrownBy(() -> rules.without("2")).hasMessageContaining("under way");
    }

    @Test
    void duringAChangeBothMajoritiesDecide() {
        var changing = new Members(7, peers("1 4 5"), peers("1 2 3"));
        assertThat(changing.isMajority(up("1 2"))).isFalse();
        assertThat(changing.isMajority(up("1 4"))).isFalse();
        assertThat(changing.isMajority(up("1 2 4"))).isTrue();
        assertThat(new Members(-1, List.of(), List.of()).isMajority(up("1"))).isFalse();
    }

    @Test
    void aTipThatKnowsOfOtherMembersIsBetterOnlyIfItIsNewer() {
        var known = new Members(7, peers("1 2 3"), List.of());
        var other = new Members(9, peers("1 2 3 4"), List.of());
        assertThat(new LogTip(1, 1, 9, other.fingerprint()).knowsBetterThan(known)).isTrue();
        assertThat(new LogTip(1, 1, 5, other.fingerprint()).knowsBetterThan(known)).isFalse();
        assertThat(new LogTip(1, 1, 9, known.fingerprint()).knowsBetterThan(known)).isFalse();
    }

    private static MemberRules rules(String members, String up) {
        return new MemberRules(new Members(3, peers(members), List.of()), up(up));
    }

    private static Set<RaftPeerId> up(String ids) {
        return Stream.of(ids.split(" ")).map(RaftPeerId::valueOf).collect(Collectors.toSet());
    }

    private static List<RaftPeer> peers(String ids) {
        return Stream.of(ids.split(" ")).map(MemberRulesTest::peer).toList();
    }

    private static RaftPeer peer(String id) {
        return RaftPeer.newBuilder().setId(id).setAddress("host" + id + ":1").build();
    }

    private static String ids(List<RaftPeer> peers) {
        return Members.names(peers);
    }
}
