using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Parley.Server.Configuration;
using Parley.Transport;

namespace Parley.Server.Messages;

/// <summary>
/// Every message as it arrived or left, whole, at Debug of the category <c>Parley.Messages</c>. It is a tap of the transport only while that level is
/// on, so that off it costs the transport one look at a field.
/// </summary>
internal sealed partial class MessageLog : ICaptureTap, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ISipTransport _transport;
    private readonly ILogger _log;
    private readonly IDisposable? _levels;
    private volatile MessageFilter _filter = new(new MessageSelection());
    private bool _isOn;

    public MessageLog(ISipTransport transport, ILoggerFactory loggers, IOptionsMonitor<LoggerFilterOptions> levels)
    {
        _transport = transport;
        _log = loggers.CreateLogger("Parley.Messages");
        // The factory of loggers has asked for changes before, so it knows the new level when this looks.
        _levels = levels.OnChange((_, _) => Look());
    }

    /// <summary>Looks at the level again, and takes the filter that the settings have now.</summary>
    public void Use(MessageSelection selection)
    {
        _filter = new MessageFilter(selection);
        Look();
    }

    public void Dispose() => _levels?.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            var isOn = _log.IsEnabled(LogLevel.Debug);
            if (isOn == _isOn)
                return;
            _isOn = isOn;
            if (isOn)
                _transport.AddTap(this);
            else
                _transport.RemoveTap(this);
        }
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
