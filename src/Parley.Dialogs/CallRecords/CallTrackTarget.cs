namespace Parley.Dialogs;

/// <summary>Where a leg is that answered and is not the callee, as the call's record names it once it is.</summary>
/// <param name="Branch">The branch of the initial INVITE.</param>
/// <param name="Tag">The leg's tag.</param>
/// <param name="Target"><c>proto:ip:port</c>.</param>
/// <param name="TargetUri">The request-URI.</param>
internal sealed record CallTrackTarget(int Branch, byte[] Tag, byte[] Target, byte[] TargetUri)
{
    public bool Is(int branch, ReadOnlySpan<byte> tag) => branch == Branch && tag.SequenceEqual(Tag);
}
