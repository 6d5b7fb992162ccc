using System.Text;
using Xunit;

namespace Parley.Dialogs.Tests.Sequential;

public sealed class SequentialRequestTests
{
    [Theory]
    [InlineData(null, SequentialMode.Caller)]
    [InlineData("caller", SequentialMode.Caller)]
    [InlineData("callee", SequentialMode.Callee)]
    [InlineData("challenge", SequentialMode.ChallengeCaller)]
    [InlineData("challenge-caller", SequentialMode.ChallengeCaller)]
    [InlineData("challenge caller", SequentialMode.ChallengeCaller)]
    [InlineData("challenge-callee", SequentialMode.ChallengeCallee)]
    [InlineData("challenge callee", SequentialMode.ChallengeCallee)]
    public void The_modes_of_the_field_are_read(string? text, SequentialMode mode)
    {
        Assert.True(SequentialRequest.TryCreate(text, null, null, null, out SequentialRequest? request, out _));
        Assert.Equal(mode, request.Mode);
        Assert.Equal("INVITE", request.Method);
        Assert.Equal(SequentialBody.None, request.Body);
    }

    [Theory]
    [InlineData(null, SequentialBody.None)]
    [InlineData("none", SequentialBody.None)]
    [InlineData("inbound", SequentialBody.Inbound)]
    [InlineData("outbound", SequentialBody.Outbound)]
    public void The_bodies_of_the_field_are_read(string? text, SequentialBody body)
    {
        Assert.True(SequentialRequest.TryCreate(null, null, text, null, out SequentialRequest? request, out _));
        Assert.Equal(body, request.Body);
    }

    [Fact]
    public void A_custom_body_has_its_type_and_may_hold_colons()
    {
        Assert.True(
            SequentialRequest.TryCreate(
                "callee",
                "INFO",
                "custom:application/dtmf-relay:Signal:1",
                "X-A: 1",
                out SequentialRequest? request,
                out _
            )
        );
        Assert.Equal("application/dtmf-relay", request.ContentType);
        Assert.Equal("Signal:1", Encoding.UTF8.GetString(request.Content.Span));
        Assert.Equal("X-A: 1\r\n", request.HeaderLines);
    }

    [Theory]
    [InlineData("both", null, null, null, "Invalid mode")]
    [InlineData(null, null, "custom:x", null, "Invalid body mode")]
    [InlineData(null, null, "custom:text:x", null, "Invalid body mode")]
    [InlineData(null, null, "sdp", null, "Invalid body mode")]
    [InlineData(null, "IN VITE", null, null, "Invalid method")]
    [InlineData(null, "BYE", null, null, "BYE")]
    [InlineData(null, "ACK", null, null, "ACK")]
    [InlineData("challenge", "INFO", null, null, "challenge")]
    [InlineData(null, "INFO", null, "CSeq: 9 INFO", "header lines")]
    [InlineData(null, "INFO", null, "no colon", "header lines")]
    [InlineData(null, "INFO", null, "X-A: 1\r\n\r\nBYE", "header lines")]
    public void What_cannot_be_sent_is_refused_with_its_reason(string? mode, string? method, string? body, string? lines, string expected)
    {
        Assert.False(SequentialRequest.TryCreate(mode, method, body, lines, out SequentialRequest? request, out string? error));
        Assert.Null(request);
        Assert.Contains(expected, error, StringComparison.OrdinalIgnoreCase);
    }
}
