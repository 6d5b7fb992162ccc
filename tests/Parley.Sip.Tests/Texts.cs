using CsCheck;

namespace Parley.Sip.Tests;

/// <summary>Generators of the grammar's words.</summary>
internal static class Texts
{
    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    internal static readonly Gen<string> Token = Gen.Char[Alphanumeric + "-.!%*_+`'~"].Array[1, 20].Select(c => new string(c));

    internal static readonly Gen<string> Word = Gen.Char[Alphanumeric].Array[1, 12].Select(c => new string(c));

    internal static readonly Gen<string> HostName = Word.Array[1, 3].Select(parts => string.Join('.', parts));

    internal static readonly Gen<string> Quoted = Gen.OneOf("a", ";", ",", "<", ">", "\\\"", "\\\\", " ", "=", "@", "é", ":", "\r\n ")
        .Array[0, 12]
        .Select(parts => '"' + string.Concat(parts) + '"');

    internal static readonly Gen<string> User = Gen.Char[Alphanumeric + "-_.!~*'()&=+$,;?/"].Array[1, 16].Select(c => new string(c));

    /// <summary>Any text a person may use as a user: escaped when it goes into a URI.</summary>
    internal static readonly Gen<string> PlainUser = Gen.Char[Alphanumeric + " %@:;<>\"#é€/?"].Array[1, 16].Select(c => new string(c));

    internal static readonly Gen<string> UriParameters = Gen.Select(
            Word,
            Gen.OneOf(Gen.Const(""), Gen.Select(Gen.Char[Alphanumeric + "[]/:&+$-_.!~*'()"].Array[1, 8], c => "=" + new string(c)))
        )
        .Select((name, value) => $";p{name}{value}")
        .Array[0, 3]
        .Select(string.Concat);
}
