package io.gantry.control.raft;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.netty.NettyFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The Netty transport with a {@link PromiseGate} on both of its sides. Ratis makes it by its name,
 * and finds the gate among the parameters.
 */
final class GatedNetty implements RpcType {
    private static final String GATE = "gate";

    static Parameters parameters(PromiseGate gate) {
        var parameters = new Parameters();
        parameters.put(GATE, gate, PromiseGate.class);
        return parameters;
    }

    @Override
    public String name() {
        return GatedNetty.class.getName();
    }

    @Override
    public ServerFactory newFactory(Parameters parameters) {
        return new Factory(
                new NettyFactory(parameters), parameters.getNonNull(GATE, PromiseGate.class));
    }

    private record Factory(NettyFactory netty, PromiseGate gate) implements ServerFactory {
        @Override
        public SupportedRpcType getRpcType() {
            return netty.getRpcType();
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            RaftServer gated =
                    wrap(
                            RaftServer.class,
                            server,
                            request ->
                                    switch (request) {
                                        case RequestVoteRequestProto vote ->
                                                gate.vote(server, vote);
                                        case AppendEntriesRequestProto entries ->
                                                gate.append(server, entries);
                                        case InstallSnapshotRequestProto snapshot ->
                                                gate.install(server, snapshot);
                                        default -> null;
                                    });
            RaftServerRpc others = netty.newRaftServerRpc(gated);
            return wrap(
                    RaftServerRpc.class,
                    others,
                    request ->
                            request instanceof RequestVoteRequestProto vote
                                    ? gate.campaign(others, vote)
                                    : null);
        }
    }

    private interface Gated {
        /** The answer; null if the gate has nothing to do with such a request. */
        @Nullable Object answer(Object request) throws Exception;
    }

    private static <T> T wrap(Class<T> type, T inner, Gated gated) {
        InvocationHandler handler =
                (Object _, Method method, Object @Nullable [] arguments) -> {
                    boolean single = arguments != null && arguments.length == 1;
                    Object answer = single ? gated.answer(arguments[0]) : null;
                    if (answer != null) {
                        return answer;
                    }
                    try {
                        return method.invoke(inner, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                };
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
