using System.Text;
using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>What calls wait for in realtime mode: a response until its row is durable, and new calls while nothing can be made durable.</summary>
internal sealed class DialogHolds
{
    private readonly DialogFeed _feed;
    private readonly DialogStoreWriter _writer;
    private readonly DialogStoreOptions _options;
    private readonly Action<object?> _release;
    private readonly byte[] _retryAfter;
    private volatile bool _isBlind;

    public DialogHolds(DialogFeed feed, DialogStoreWriter writer, DialogStoreOptions options)
    {
        _feed = feed;
        _writer = writer;
        _options = options;
        _release = Release;
        _retryAfter = Encoding.ASCII.GetBytes($"Retry-After: {(int)options.RetryAfter.TotalSeconds}\r\n");
    }

    /// <summary>Responses wait for their rows: <see cref="DialogDurability.Before"/>.</summary>
    public bool HoldsReplies => _options.Durability == DialogDurability.Before;

    /// <summary>The dialogs of the store are not known yet: it was away at the start.</summary>
    public bool IsBlind
    {
        get => _isBlind;
        set => _isBlind = value;
    }

    /// <summary>New calls are refused now.</summary>
    public bool RefusesCalls => _options.WhenUnavailable == DialogStoreOutagePolicy.Refuse && (IsBlind || _writer.IsUnavailable);

    /// <summary>Header lines of a refusal.</summary>
    public ReadOnlySpan<byte> RetryAfter => _retryAfter;

    public void CountRefusal() => _writer.Counters.Refused();

    /// <summary>The response that is about to leave waits until all that has happened to the dialog is durable.</summary>
    /// <param name="context">The request that is answered.</param>
    /// <param name="dialog">The dialog.</param>
    public void Hold(SipContext context, IActing dialog)
    {
        // Where calls are to go on without a store, they do not wait for one that is known to be away.
        if (_options.WhenUnavailable == DialogStoreOutagePolicy.Degrade && _writer.IsUnavailable)
            return;
        bool isActing = dialog.IsActing;
        if ((!isActing && _feed.IsDurable(_feed.LastSequence)) || context.HoldReply(_options.MaxHold) is not { } hold)
            return;
        _writer.Counters.Held();
        // While another thread acts for the dialog, what happened here is published after that: the end of a call by a BYE, for one.
        if (!isActing || !dialog.TryAwaitInTurn(hold))
            Await(hold);
    }

    /// <summary>The response leaves once all that is on the feed now is durable.</summary>
    public void Await(ReplyHold hold)
    {
        if (_feed.WhenDurable(_feed.LastSequence, _release, hold))
            hold.Release();
    }

    private void Release(object? hold)
    {
        if (!((ReplyHold)hold!).Release())
            _writer.Counters.HoldTimedOut();
    }
}
