using Parley.Sip;

namespace Parley.Proxy;

/// <summary>RFC 3261 16.6 steps 2, 6 and 7 for one copy: request-URI, Routes, next hop, written as edits of the received request.</summary>
internal static class RouteForwarding
{
    private static ReadOnlySpan<byte> NextLine => "\r\nRoute: "u8;

    /// <summary>Steps 2 and 6: writes the request-URI and Routes of one copy.</summary>
    /// <param name="edits">The copy's edits, reset on the request.</param>
    /// <param name="state">What 16.4 found and the handler set.</param>
    /// <param name="requestUri">The target's URI.</param>
    /// <param name="path">Routes of the target to push (RFC 3327), first hop first.</param>
    public static void Write(SipEdits edits, RouteState state, ReadOnlySpan<byte> requestUri, IReadOnlyList<byte[]> path)
    {
        var request = edits.Original;
        var first = FirstHop(state, request, path);
        var isStrict = !first.IsEmpty && !RouteEntry.IsLoose(first);
        var isRestored = state.IsRestored && requestUri.SequenceEqual(state.Last.Uri.In(request));
        requestUri = Pruned(edits, requestUri);
        if (path.Count > 0 || state.IsReplaced || (isStrict && state.IsRestored && !isRestored))
            Rebuild(edits, state, path, requestUri, isStrict);
        else
            EditReceived(edits, state, requestUri, isStrict, isRestored);
        var carried = isStrict ? Pruned(edits, first) : requestUri;
        if (!carried.SequenceEqual(request.RequestUri))
            edits.ReplaceRequestUri(carried);
    }

    /// <summary>Step 7: the URI that RFC 3263 is applied to. The first Route, pushed ones before received ones, else the request-URI; a strict first Route becomes the request-URI, which is the same place.</summary>
    public static ReadOnlySpan<byte> NextHop(
        RouteState state,
        SipMessage request,
        ReadOnlySpan<byte> requestUri,
        IReadOnlyList<byte[]> path
    )
    {
        var first = FirstHop(state, request, path);
        return first.IsEmpty ? requestUri : first;
    }

    private static ReadOnlySpan<byte> FirstHop(RouteState state, SipMessage request, IReadOnlyList<byte[]> path) =>
        path.Count > 0 ? RouteEntry.UriOf(path[0]) : FirstRemaining(state, request);

    private static ReadOnlySpan<byte> FirstRemaining(RouteState state, SipMessage request)
    {
        if (state.RemainingCount == 0)
            return default;
        return state.IsReplaced ? RouteEntry.UriOf(state.Replacement[0]) : state.RemainingAt(0).Uri.In(request);
    }

    // The usual case: what was consumed goes, the rest stays as it came.
    private static void EditReceived(SipEdits edits, RouteState state, ReadOnlySpan<byte> requestUri, bool isStrict, bool isRestored)
    {
        var request = edits.Original;
        for (var i = 0; i < state.Consumed; i++)
            edits.RemoveValue(state.RouteAt(i).Text.In(request));
        if (!isStrict)
        {
            if (state.IsRestored)
                edits.RemoveValue(state.Last.Text.In(request));
            return;
        }
        var first = state.RemainingAt(0).Text.In(request);
        if (isRestored)
        {
            edits.RemoveValue(first); // strict before, strict behind: the last Route is the remote target already
        }
        else if (state.RemainingCount == 1)
        {
            edits.Replace(first, Bracketed(edits, requestUri, default));
        }
        else
        {
            edits.RemoveValue(first);
            edits.InsertAfter(state.RemainingAt(state.RemainingCount - 1).Text.In(request), Bracketed(edits, requestUri, NextLine));
        }
    }

    // Routes pushed (a Path, RFC 3327 5.5) or replaced: one new header in place of all.
    private static void Rebuild(SipEdits edits, RouteState state, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> requestUri, bool isStrict)
    {
        var remaining = state.Remaining(edits.Original);
        var pathCount = path.Count;
        var total = requestUri.Length + 2;
        for (var i = 0; i < pathCount; i++)
            total += path[i].Length + 4;
        for (var i = 0; i < remaining.Count; i++)
            total += remaining.TextAt(i).Length + 4;
        var text = edits.Scratch(total);
        var length = 0;
        var skip = isStrict ? 1 : 0;
        for (var i = skip; i < pathCount; i++)
            Append(text, ref length, path[i]);
        for (var i = Math.Max(skip - pathCount, 0); i < remaining.Count; i++)
            Append(text, ref length, remaining.TextAt(i));
        if (isStrict)
            Append(text, ref length, requestUri);
        edits.RemoveAll(SipHeaderName.Route);
        if (length > 0)
            edits.Push(SipHeaderName.Route, text[..length]);
    }

    private static void Append(Span<byte> text, ref int length, ReadOnlySpan<byte> entry)
    {
        if (length > 0)
        {
            ", "u8.CopyTo(text[length..]);
            length += 2;
        }
        var bare = RouteEntry.IsBare(entry);
        if (bare)
            text[length++] = (byte)'<';
        entry.CopyTo(text[length..]);
        length += entry.Length;
        if (bare)
            text[length++] = (byte)'>';
    }

    private static ReadOnlySpan<byte> Bracketed(SipEdits edits, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> prefix)
    {
        var text = edits.Scratch(prefix.Length + uri.Length + 2);
        prefix.CopyTo(text);
        text[prefix.Length] = (byte)'<';
        uri.CopyTo(text[(prefix.Length + 1)..]);
        text[prefix.Length + 1 + uri.Length] = (byte)'>';
        return text[..(prefix.Length + uri.Length + 2)];
    }

    private static ReadOnlySpan<byte> Pruned(SipEdits edits, ReadOnlySpan<byte> text)
    {
        if (!SipUriView.TryParse(text, out var uri) || !UriPruning.NeedsPruning(uri))
            return text;
        var pruned = edits.Scratch(text.Length);
        return pruned[..UriPruning.ToRequestUri(uri, pruned)];
    }
}
