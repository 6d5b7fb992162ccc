using System.Buffers.Text;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>The Max-Breadth header (RFC 5393 5.3.3): how many branches of a request may be under way at once.</summary>
internal static class MaxBreadth
{
    /// <summary>None, or one positive integer (5.3.3.1).</summary>
    public static bool IsReadable(SipMessage request)
    {
        int index = request.IndexOf(SipHeaderName.MaxBreadth);
        if (index < 0)
            return true;
        return request.IndexOf(SipHeaderName.MaxBreadth, index + 1) < 0 && TryRead(request.ValueOf(request.HeaderAt(index)), out _);
    }

    /// <summary>The incoming Max-Breadth: the request's, no more than the proxy's maximum (5.3.3.3); the maximum when it has none.</summary>
    public static int Of(SipMessage request, ProxyOptions options)
    {
        int index = request.IndexOf(SipHeaderName.MaxBreadth);
        return index >= 0 && TryRead(request.ValueOf(request.HeaderAt(index)), out int value)
            ? Math.Min(value, options.MaxBreadth)
            : options.MaxBreadth;
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        if (text.IsEmpty || text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return false;
        // What does not fit is more than any maximum.
        if (!Utf8Parser.TryParse(text, out value, out int read) || read != text.Length)
            value = int.MaxValue;
        return value > 0;
    }
}
