package io.gantry.common.wire;

import io.gantry.common.wire.Shape.Structure;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** The protocols awsQuery and ec2Query: a form or a query string in, XML out. */
enum QueryProtocol implements Protocol {
    INSTANCE;

    @Override
    public Call call(HttpRequest request, byte[] body, Directory directory) {
        if (!request.method().equals("GET")) {
            Protocol.expectMethod(request, "POST");
        }
        Form form = Form.parse(text(request, body));
        String action = form.text("Action");
        if (action == null) {
            throw new WireException(
                    WireException.Kind.MISSING_ACTION,
                    "The request must contain the parameter Action");
        }
        String version = Objects.requireNonNullElse(form.text("Version"), "");
        Api api = directory.byVersion().get(version);
        String operation = api == null ? action + " for version " + said(version) : action;
        return new Call(api, operation, shape -> QueryReader.structure(form.tree(), shape));
    }

    /** Of a service that is not here, the version is what tells which one was meant. */
    private static String said(String version) {
        return version.isEmpty() ? "NO_VERSION_SPECIFIED" : version;
    }

    private static String text(HttpRequest request, byte[] body) {
        String form;
        try {
            form = Text.utf8(body);
        } catch (IllegalArgumentException malformed) {
            throw WireException.malformed("The request is not valid UTF-8");
        }
        return request.query() == null ? form : request.query() + '&' + form;
    }

    @Override
    public HttpReply reply(HttpRequest request, Call call, String requestId, SdkPojo output) {
        Api api = Objects.requireNonNull(call.api());
        String response = call.operation() + "Response";
        String result = call.operation() + "Result";
        var shape = Structure.of(output.getClass());
        XmlWriter xml = new XmlWriter(api.isEc2() ? "item" : null);
        xml.open(response, api.xmlNamespace());
        if (api.isEc2()) {
            xml.element("requestId", requestId).members(shape, output);
        } else {
            xml.open(result).members(shape, output).close(result);
            xml.open("ResponseMetadata").element("RequestId", requestId);
            xml.close("ResponseMetadata");
        }
        return reply(200, requestId, xml.close(response));
    }

    @Override
    public HttpReply failure(
            HttpRequest request, @Nullable Call call, String requestId, Failure failure) {
        boolean ec2 = call != null && call.api() != null && call.api().isEc2();
        var xml = new XmlWriter(null);
        xml.open(ec2 ? "Response" : "ErrorResponse");
        if (ec2) {
            xml.open("Errors");
        }
        xml.open("Error");
        if (!ec2) {
            xml.element("Type", failure.queryStatus() < 500 ? "Sender" : "Receiver");
        }
        xml.element("Code", failure.queryCode());
        if (failure.message() != null) {
            xml.element("Message", failure.message());
        }
        SdkPojo exception = failure.exception();
        if (exception != null && !exception.sdkFields().isEmpty()) {
            xml.members(Structure.of(exception.getClass()), exception);
        }
        xml.close("Error");
        if (ec2) {
            xml.close("Errors").element("RequestID", requestId).close("Response");
        } else {
            xml.element("RequestId", requestId).close("ErrorResponse");
        }
        return reply(failure.queryStatus(), requestId, xml);
    }

    private static HttpReply reply(int status, String requestId, XmlWriter xml) {
        return new HttpReply(
                status, "text/xml", Map.of("x-amzn-RequestId", requestId), xml.bytes());
    }
}
