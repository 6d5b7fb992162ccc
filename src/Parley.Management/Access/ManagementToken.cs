using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Parley.Sip;

namespace Parley.Management;

/// <summary>A bearer token: its user, its role, and where it is. One of <see cref="Sha256"/>, <see cref="File"/> and <see cref="Environment"/> is given.</summary>
public sealed class ManagementToken
{
    /// <summary>The shortest token taken from a file or the environment, in characters.</summary>
    public const int ShortestToken = 20;

    private const string Prefix = "parley_";
    private const int Words = 4;

    /// <summary>Its user, for the log and the page.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is good for.</summary>
    public ManagementRole Role { get; set; }

    /// <summary>The SHA-256 of the token, 64 hexadecimal digits: so that it does not stand in the configuration.</summary>
    public string? Sha256 { get; set; }

    /// <summary>A file with the token, read again when it changes; space around it is left out.</summary>
    public string? File { get; set; }

    /// <summary>An environment variable with the token.</summary>
    public string? Environment { get; set; }

    /// <summary>A new token: 43 characters of chance behind a word by which scanners of repositories find it.</summary>
    /// <param name="random">The source of chance; null: one with a key of the operating system's.</param>
    public static string Create(SipRandom? random = null)
    {
        random ??= SipRandom.CreateSecure();
        Span<byte> bytes = stackalloc byte[Words * sizeof(ulong)];
        for (int i = 0; i < Words; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], random.Next());
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>The SHA-256 of a token, as <see cref="Sha256"/> has it.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="ArgumentException">The token is empty.</exception>
    public static string HashOf(string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    /// <summary>Whether a text can stand in <see cref="Sha256"/>.</summary>
    /// <param name="text">64 hexadecimal digits.</param>
    public static bool IsHash(string text) => text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigit);
}
