namespace Parley.Sip;

/// <summary>What a PRACK acknowledges (RFC 3262 7.2).</summary>
public readonly ref struct RAckView
{
    private RAckView(uint rseq, uint cseq, ReadOnlySpan<byte> method)
    {
        RSeq = rseq;
        CSeq = cseq;
        Method = method;
    }

    /// <summary>Reads "RSeq CSeq Method"; malformed text gives false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out RAckView rack)
    {
        text = SipGrammar.Trim(text);
        rack = default;
        if (!ReadNumber(ref text, out uint rseq) || !ReadNumber(ref text, out uint cseq) || !SipGrammar.IsToken(text))
            return false;
        rack = new RAckView(rseq, cseq, text);
        return true;
    }

    /// <summary>The RSeq of the provisional response.</summary>
    public uint RSeq { get; }

    /// <summary>The CSeq number of the request it answered.</summary>
    public uint CSeq { get; }

    /// <summary>The method of that request.</summary>
    public ReadOnlySpan<byte> Method { get; }

    private static bool ReadNumber(ref ReadOnlySpan<byte> text, out uint number)
    {
        int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        number = 0;
        if (digits <= 0 || !SipGrammar.IsWhite(text[digits]) || !SipGrammar.TryParseNumber(text[..digits], uint.MaxValue, out number))
            return false;
        text = text[SipGrammar.SkipWhite(text, digits)..];
        return true;
    }
}
