using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Transport;

namespace Parley.Server.Messages;

/// <summary>
/// Every message as it arrived or left, whole, at Debug of the category <c>Parley.Messages</c>. It is a tap of the transport only while that level is
/// on, so that off it costs the transport one look at a field.
/// </summary>
internal sealed partial class MessageLog(ISipTransport transport, ILoggerFactory loggers) : ICaptureTap
{
    private readonly ILogger _log = loggers.CreateLogger("Parley.Messages");
    private volatile MessageFilter _filter = new(new MessageSelection());

    /// <summary>Looks at the level again, and takes the filter that the settings have now.</summary>
    public void Use(MessageSelection selection)
    {
        _filter = new MessageFilter(selection);
        var isOn = _log.IsEnabled(LogLevel.Debug);
        if (isOn)
            transport.AddTap(this);
        else
            transport.RemoveTap(this);
    }

    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (!_filter.Takes(flow, message))
            return;
        Message(
            inbound ? "received" : "sent",
            flow.Listener.Protocol.ToString().ToLowerInvariant(),
            flow.Listener.Local.ToString(),
            inbound ? "<-" : "->",
            flow.Remote.ToString(),
            message.Length,
            Encoding.UTF8.GetString(message)
        );
    }

    [LoggerMessage(1041, LogLevel.Debug, "{Direction} {Protocol} {Local} {Arrow} {Remote} {Length} bytes: {Text}")]
    private partial void Message(string direction, string protocol, string local, string arrow, string remote, int length, string text);
}
