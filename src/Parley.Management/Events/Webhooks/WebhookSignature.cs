using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Management;

/// <summary>Signs events as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, time and body, separated by full stops.</summary>
internal sealed class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    public const int LeastKey = 16;
    private const string Prefix = "whsec_";

    private readonly byte[] _key;

    private WebhookSignature(byte[] key) => _key = key;

    /// <summary>Of a secret; null without one.</summary>
    public static WebhookSignature? Of(string secret) => TryReadKey(secret, out byte[]? key) ? new WebhookSignature(key) : null;

    public static bool TryReadKey(string secret, [NotNullWhen(true)] out byte[]? key)
    {
        key = null;
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            key = Encoding.UTF8.GetBytes(secret);
        }
        else
        {
            byte[] bytes = new byte[secret.Length];
            if (Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out int length))
                key = bytes[..length];
        }

        if (key?.Length < LeastKey)
            key = null;
        return key is not null;
    }

    /// <summary>The value of the header: <c>v1,</c> and Base64.</summary>
    public string Sign(string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.")));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }
}
