using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Management.Tests.Page;

/// <summary>The live page's files as they are served.</summary>
public sealed partial class PageTests
{
    /// <summary>All script together, as it goes over the wire.</summary>
    private const int MostScript = 75 * 1024;

    [Fact]
    public async Task The_page_has_a_policy_that_lets_nothing_in_from_elsewhere()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        using HttpResponseMessage response = await client.GetAsync(proxy.BaseUrl);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoCache);
        string text = await response.Content.ReadAsStringAsync();
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        string map = ImportMap().Match(text).Groups[1].Value;
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map)));
        Assert.Contains($"script-src 'self' 'sha256-{hash}';", policy, StringComparison.Ordinal);
        foreach (
            string part in new[]
            {
                "default-src 'none'",
                "connect-src 'self'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
            }
        )
            Assert.Contains(part, policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("{assets}", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", text);
        // What the page names is there.
        foreach (Match match in Address().Matches(text))
        {
            using HttpResponseMessage file = await client.GetAsync(new Uri(proxy.BaseUrl, match.Value));
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.True(file.Headers.CacheControl?.Extensions.Any(static e => e.Name == "immutable"), match.Value);
            Assert.Equal("nosniff", Assert.Single(file.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task A_file_is_packed_where_that_is_taken_and_not_sent_again_where_it_is_known()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        foreach (string accepted in new[] { "", "gzip", "gzip;q=0", "br, gzip;q=0.5", "identity" })
        {
            bool packed = accepted is "gzip" or "br, gzip;q=0.5";
            using HttpResponseMessage response = await SendAsync(client, proxy, accepted, null);
            Assert.Equal(packed ? ["gzip"] : [], response.Content.Headers.ContentEncoding);
            Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(body.Length, response.Content.Headers.ContentLength);
            string text = packed ? Unpacked(body) : Encoding.UTF8.GetString(body);
            Assert.StartsWith("<!doctype html>", text, StringComparison.Ordinal);

            string tag = response.Headers.ETag!.Tag;
            foreach (string known in new[] { tag, $"\"other\", W/{tag}", "*" })
            {
                using HttpResponseMessage again = await SendAsync(client, proxy, accepted, known);
                Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
                Assert.Equal(tag, again.Headers.ETag!.Tag);
                Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            }

            using HttpResponseMessage other = await SendAsync(client, proxy, accepted, "\"other\"");
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
    }

    [Fact]
    public async Task Only_what_is_a_file_is_served()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        string version = PageFiles.Read().Version;
        foreach (string path in new[] { "index.html", "nothing.js", "..%2f..%2fetc/passwd", "vendor", "" })
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(proxy.BaseUrl, $"/assets/{version}/{path}"));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        // An older page gets today's file, and does not keep it.
        using HttpResponseMessage old = await client.GetAsync(new Uri(proxy.BaseUrl, "/assets/old/app.js"));
        Assert.True(old.Headers.CacheControl?.NoCache);
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, proxy.BaseUrl));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage post = await client.PostAsync(proxy.BaseUrl, null);
        Assert.False(post.IsSuccessStatusCode);
    }

    [Fact]
    public void The_script_stays_small()
    {
        PageFiles files = PageFiles.Read();
        int all = files
            .Names.Where(static name => name.EndsWith("js", StringComparison.Ordinal))
            .Sum(name => files.Find(name)!.Packed.Length);
        Assert.InRange(all, 1, MostScript);
    }

    [Fact]
    public void No_file_of_ours_puts_text_in_as_HTML_or_names_another_place()
    {
        PageFiles files = PageFiles.Read();
        foreach (string name in files.Names.Where(static name => !name.StartsWith("vendor/", StringComparison.Ordinal)))
        {
            string text = Encoding
                .UTF8.GetString(files.Find(name)!.Plain)
                .Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            foreach (
                string word in new[]
                {
                    "innerHTML",
                    "outerHTML",
                    "insertAdjacentHTML",
                    "document.write",
                    "eval(",
                    "new Function",
                    "http://",
                    "https://",
                    "//cdn",
                }
            )
                Assert.False(text.Contains(word, StringComparison.Ordinal), $"{name} has {word}");
        }
    }

    [Theory]
    [InlineData("vendor/preact.mjs", "bdcbd9abdf2c77c5c45326eab42191e949222d479d0d5f69467387a77040cb55")]
    [InlineData("vendor/hooks.mjs", "e862ab2973aa6455eaa0f77c5d832d2157d6be59a17c8ba546550a575b58c6b4")]
    [InlineData("vendor/htm.module.js", "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4")]
    [InlineData("vendor/uPlot.iife.min.js", "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f")]
    [InlineData("vendor/uPlot.min.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04")]
    public void A_library_is_the_file_of_its_package(string name, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(PageFiles.Read().Find(name)!.Plain)));

    [Fact]
    public void The_licences_are_served_with_the_libraries()
    {
        PageFiles files = PageFiles.Read();
        foreach (string licence in new[] { "preact-11.2.0", "htm-3.1.1", "uplot-1.6.32" })
            Assert.Contains(
                "opyright",
                Encoding.UTF8.GetString(files.Find($"vendor/licenses/{licence}.txt")!.Plain),
                StringComparison.Ordinal
            );
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, ManagedProxy proxy, string accepted, string? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, proxy.BaseUrl);
        if (accepted.Length > 0)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        if (known == "*")
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        else if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return await client.SendAsync(request);
    }

    private static string Unpacked(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("<script type=\"importmap\">(.*?)</script>")]
    private static partial Regex ImportMap();

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex Address();
}
