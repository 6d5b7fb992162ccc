using System.Text;
using System.Threading.Channels;
using Parley.Sip;

namespace Parley.Transport.Tests;

/// <summary>Collects what a transport hands up.</summary>
internal sealed class TestReceiver : ISipReceiver
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<(string CallId, SipFlow Flow)> _messages = Channel.CreateUnbounded<(string, SipFlow)>();
    private readonly Channel<(SipParseResult Result, SipFlow Flow)> _malformed = Channel.CreateUnbounded<(SipParseResult, SipFlow)>();
    private readonly Channel<ulong> _failed = Channel.CreateUnbounded<ulong>();
    private readonly Channel<SipFlow> _closed = Channel.CreateUnbounded<SipFlow>();
    private readonly TaskCompletionSource _looped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public delegate void MessageAction(SipMessage message, in SipFlow source);

    public MessageAction? Then { get; set; }

    public bool Collects { get; set; } = true;

    public Task Looped => _looped.Task;

    public async Task<(string CallId, SipFlow Flow)> NextAsync() => await _messages.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<(SipParseResult Result, SipFlow Flow)> NextMalformedAsync() =>
        await _malformed.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<ulong> NextFailedAsync() => await _failed.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<SipFlow> NextClosedAsync() => await _closed.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool HasMessage => _messages.Reader.TryPeek(out _);

    public bool HasFailed => _failed.Reader.TryPeek(out _);

    public void OnMessage(SipMessage message, in SipFlow source)
    {
        if (Collects)
            _messages.Writer.TryWrite((Encoding.UTF8.GetString(message.CallId), source));
        Then?.Invoke(message, source);
    }

    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) => _malformed.Writer.TryWrite((result, source));

    public void OnSendFailed(ulong token) => _failed.Writer.TryWrite(token);

    public void OnFlowClosed(in SipFlow flow) => _closed.Writer.TryWrite(flow);

    public void OnLoop() => _looped.TrySetResult();
}
