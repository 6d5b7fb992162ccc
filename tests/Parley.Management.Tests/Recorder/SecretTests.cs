using System.Text;
using Xunit;

namespace Parley.Management.Tests.Recorder;

/// <summary>What is blanked: nothing that proves who somebody is, and no key, leaves the recorder.</summary>
public class SecretTests
{
    [Theory]
    [InlineData(
        "Authorization: Digest username=\"a\", response=\"SECRET\", nonce=\"n\"",
        "Authorization: Digest username=\"a\", response=\"******\", nonce=\"n\""
    )]
    [InlineData("authorization : Digest response = SECRET,uri=\"x\"", "authorization : Digest response = ******,uri=\"x\"")]
    [InlineData(
        "Proxy-Authorization: Digest a=\"b\",\r\n response=\"SECRET\"",
        "Proxy-Authorization: Digest a=\"b\",\r\n response=\"******\""
    )]
    [InlineData("Proxy-Authorization: Basic SECRET", "Proxy-Authorization: Basic ******")]
    [InlineData("Authorization: Bearer SECRET", "Authorization: Bearer ******")]
    [InlineData("Authentication-Info: rspauth=\"SECRET\", qop=auth", "Authentication-Info: rspauth=\"******\", qop=auth")]
    [InlineData("Contact: <sip:bob:SECRET@example.com>", "Contact: <sip:bob:******@example.com>")]
    [InlineData("X-Account: SECRET", "X-Account:*******")]
    [InlineData("Subject: response=\"kept\"", "Subject: response=\"kept\"")]
    [InlineData("WWW-Authenticate: Digest realm=\"r\", nonce=\"kept\"", "WWW-Authenticate: Digest realm=\"r\", nonce=\"kept\"")]
    public void Headers(string header, string blanked)
    {
        string begin = "REGISTER sip:example.com SIP/2.0\r\n";
        Assert.Equal(begin + blanked.TrimEnd() + "\r\n\r\n", Blanked(begin + header + "\r\n\r\n"));
    }

    [Theory]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20|1:4", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***************")]
    [InlineData("a=ice-pwd:SECRET", "a=ice-pwd:******")]
    [InlineData("a=key-mgmt:mikey SECRET", "a=key-mgmt:************")]
    [InlineData("k=clear:SECRET", "k=************")]
    [InlineData("a=fingerprint:sha-256 AB:CD", "a=fingerprint:sha-256 AB:CD")]
    public void Session_descriptions(string line, string blanked)
    {
        string begin = "INVITE sip:b@example.com SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n";
        Assert.Equal(begin + blanked + "\r\n", Blanked(begin + line + "\r\n"));
    }

    [Fact]
    public void Texts_and_keys_pressed_are_shown_on_request_only()
    {
        string text = "MESSAGE sip:b@example.com SIP/2.0\r\nCall-ID: 1\r\n\r\nSECRET\r\n";
        string keys = "INFO sip:b@example.com SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5\r\nDuration=160\r\n";
        Assert.EndsWith("\r\n\r\n******\r\n", Blanked(text), StringComparison.Ordinal);
        Assert.EndsWith("Signal=*\r\nDuration=160\r\n", Blanked(keys), StringComparison.Ordinal);
        Assert.Equal(text, Blanked(text, shows: true));
        Assert.Equal(keys, Blanked(keys, shows: true));
    }

    /// <summary>Whatever the bytes are, blanking neither throws nor changes the length.</summary>
    [Fact]
    public void Rubbish_is_borne()
    {
        var random = new Random(7);
        string[] parts =
        [
            "Authorization:",
            "Digest ",
            "response",
            "=",
            "\"",
            "\r\n",
            "\n",
            " ",
            "sip:",
            ":",
            "@",
            "a=crypto:",
            "inline:",
            "k=",
            "\0",
            "é",
            "a=ice-pwd:",
        ];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            new SecretBlanker(new RecorderOptions()).Blanken(bytes);
            Assert.Equal(Encoding.UTF8.GetByteCount(text), bytes.Length);
        }
    }

    private static string Blanked(string message, bool shows = false)
    {
        var options = new RecorderOptions { ShowTexts = shows };
        options.BlankedHeaders.Add("x-account");
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        new SecretBlanker(options).Blanken(bytes);
        Assert.DoesNotContain("SECRET", shows ? "" : Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        return Encoding.UTF8.GetString(bytes);
    }
}
