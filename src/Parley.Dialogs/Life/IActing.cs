using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>What a response that waits for its row knows of its dialog.</summary>
internal interface IActing
{
    /// <summary>Something that happened to it is not on the feed yet.</summary>
    bool IsActing { get; }

    /// <summary>The response waits from when that is; false: it is.</summary>
    bool TryAwaitInTurn(ReplyHold hold);
}
