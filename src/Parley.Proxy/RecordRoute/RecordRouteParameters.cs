using Parley.Sip;

namespace Parley.Proxy;

/// <summary>The parameters that modules put into our Record-Routes, kept as they will be written: ";name=value;name2=value2".</summary>
internal sealed class RecordRouteParameters
{
    private byte[] _text = [];
    private int _length;

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Sets a parameter; one of the same name is replaced, since no name may stand twice in a URI (RFC 3261 19.1.1).</summary>
    /// <exception cref="ArgumentException">The name or value cannot stand in a URI, or the name is one that routing itself uses.</exception>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || !UriParameterText.IsPlain(name))
            throw new ArgumentException("Not the name of a URI parameter.", nameof(name));
        if (IsReserved(name))
            throw new ArgumentException("The name is used by routing itself.", nameof(name));
        if (!UriParameterText.IsPlain(value))
            throw new ArgumentException("Holds a character that a URI parameter may not; escape it first.", nameof(value));
        SetOwn(name, value);
    }

    /// <summary>Sets a parameter of routing itself, unchecked.</summary>
    public void SetOwn(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Remove(name);
        var needed = _length + name.Length + value.Length + 2;
        if (_text.Length < needed)
            Array.Resize(ref _text, Math.Max(needed, 64));
        _text[_length++] = (byte)';';
        name.CopyTo(_text.AsSpan(_length));
        _length += name.Length;
        if (value.IsEmpty)
            return;
        _text[_length++] = (byte)'=';
        value.CopyTo(_text.AsSpan(_length));
        _length += value.Length;
    }

    private void Remove(ReadOnlySpan<byte> name)
    {
        var start = 0;
        while (start < _length)
        {
            var rest = _text.AsSpan(start, _length - start);
            var end = rest[1..].IndexOf((byte)';') + 1;
            var parameter = end == 0 ? rest : rest[..end];
            var equals = parameter.IndexOf((byte)'=');
            var found = parameter[1..(equals < 0 ? parameter.Length : equals)];
            if (!SipText.EqualsIgnoreCase(found, name))
            {
                start += parameter.Length;
                continue;
            }
            rest[parameter.Length..].CopyTo(rest);
            _length -= parameter.Length;
        }
    }

    private static bool IsReserved(ReadOnlySpan<byte> name) =>
        SipText.EqualsIgnoreCase(name, "lr"u8)
        || SipText.EqualsIgnoreCase(name, "r2"u8)
        || SipText.EqualsIgnoreCase(name, "ftag"u8)
        || SipText.EqualsIgnoreCase(name, "transport"u8)
        || SipText.EqualsIgnoreCase(name, "maddr"u8)
        || SipText.EqualsIgnoreCase(name, "ttl"u8)
        || SipText.EqualsIgnoreCase(name, "user"u8)
        || SipText.EqualsIgnoreCase(name, "method"u8)
        || SipText.EqualsIgnoreCase(name, "gr"u8)
        || SipText.EqualsIgnoreCase(name, RouteProofKey.Name);
}
