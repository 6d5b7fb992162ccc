using System.Diagnostics.CodeAnalysis;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>The observers of one request, in the order they came. One that throws is logged, and the request goes on.</summary>
internal struct ObserverList
{
    private RelayObserver[]? _observers;
    private int _count;

    public readonly bool IsEmpty => _count == 0;

    public void Add(RelayObserver observer)
    {
        _observers ??= new RelayObserver[2];
        if (_count == _observers.Length)
            Array.Resize(ref _observers, _count * 2);
        _observers[_count++] = observer;
    }

    public void Clear()
    {
        if (_count == 0)
            return;
        Array.Clear(_observers!, 0, _count);
        _count = 0;
    }

    public readonly void Relaying(SipContext context)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.Relaying));
    }

    public readonly void Branch(SipContext context, SipBranch? branch, SipEdits edits)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.Branch) { Branch = branch, Edits = edits });
    }

    public readonly void BranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.BranchReply) { Branch = branch, Message = reply });
    }

    public readonly void ReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (_count > 0)
            Notify(
                new Notice(context, NoticeKind.ReplyForwarding)
                {
                    Branch = branch,
                    Message = reply,
                    StatusCode = statusCode,
                    Edits = edits,
                }
            );
    }

    public readonly void ReplyForwarded(SipContext context, SipBranch? branch, int statusCode)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.ReplyForwarded) { Branch = branch, StatusCode = statusCode });
    }

    public readonly void Cancelled(SipContext context, SipMessage cancel)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.Cancelled) { Message = cancel });
    }

    public readonly void Completed(SipContext context)
    {
        if (_count > 0)
            Notify(new Notice(context, NoticeKind.Completed));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    private readonly void Notify(in Notice notice)
    {
        // One that is added meanwhile is called from the next time on.
        foreach (RelayObserver observer in _observers.AsSpan(0, _count))
        {
            try
            {
                notice.Deliver(observer);
            }
            catch (Exception error)
            {
                notice.Context.HookFailed(notice.Name, error);
            }
        }
    }

    private enum NoticeKind : byte
    {
        Relaying,
        Branch,
        BranchReply,
        ReplyForwarding,
        ReplyForwarded,
        Cancelled,
        Completed,
    }

    private readonly ref struct Notice(SipContext context, NoticeKind kind)
    {
        public SipContext Context { get; } = context;

        public SipBranch? Branch { get; init; }

        public SipMessage? Message { get; init; }

        public SipEdits? Edits { get; init; }

        public int StatusCode { get; init; }

        public string Name =>
            kind switch
            {
                NoticeKind.Relaying => "relay observer",
                NoticeKind.Branch => "branch observer",
                NoticeKind.BranchReply => "branch reply observer",
                NoticeKind.Cancelled => "cancel observer",
                NoticeKind.Completed => "completion observer",
                _ => "reply observer",
            };

        public void Deliver(RelayObserver observer)
        {
            switch (kind)
            {
                case NoticeKind.Relaying:
                    observer.OnRelaying(Context);
                    break;
                case NoticeKind.Branch:
                    observer.OnBranch(Context, Branch, Edits!);
                    break;
                case NoticeKind.BranchReply:
                    observer.OnBranchReply(Context, Branch!, Message!);
                    break;
                case NoticeKind.ReplyForwarding:
                    observer.OnReplyForwarding(Context, Branch, Message, StatusCode, Edits);
                    break;
                case NoticeKind.ReplyForwarded:
                    observer.OnReplyForwarded(Context, Branch, StatusCode);
                    break;
                case NoticeKind.Cancelled:
                    observer.OnCancelled(Context, Message!);
                    break;
                case NoticeKind.Completed:
                    observer.OnCompleted(Context);
                    break;
            }
        }
    }
}
