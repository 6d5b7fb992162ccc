using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Management;

/// <summary>The files of the live page, from the resources of this assembly, packed once.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "Parley.Management.Page/";
    private const string Start = "index.html";
    private const string MapOpens = "<script type=\"importmap\">";
    private const string MapCloses = "</script>";

    private readonly FrozenDictionary<string, PageFile> _files;

    private PageFiles(Dictionary<string, byte[]> contents)
    {
        byte[] start = contents[Start];
        contents.Remove(Start);
        Version = VersionOf(contents);
        string page = Encoding.UTF8.GetString(start).Replace("{assets}", $"/assets/{Version}", StringComparison.Ordinal);
        Policy = PolicyFor(page);
        StartPage = Pack(Start, Encoding.UTF8.GetBytes(page));
        _files = contents.ToFrozenDictionary(static file => file.Key, static file => Pack(file.Key, file.Value), StringComparer.Ordinal);
    }

    /// <summary>Names all the files together: another file, another version. Part of their addresses, so that a browser may keep them for good.</summary>
    public string Version { get; }

    /// <summary>The Content-Security-Policy of the page: scripts, styles and requests of this origin only; the one inline script, the import map, by its hash.</summary>
    public string Policy { get; }

    /// <summary>The page itself.</summary>
    public PageFile StartPage { get; }

    /// <summary>The names of the files, with slashes.</summary>
    public IEnumerable<string> Names => _files.Keys;

    /// <summary>Reads and packs the files.</summary>
    public static PageFiles Read()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            contents[name[Prefix.Length..].Replace('\\', '/')] = bytes;
        }

        return new PageFiles(contents);
    }

    /// <summary>A file by its name; null when there is none.</summary>
    public PageFile? Find(string name) => _files.GetValueOrDefault(name);

    private static string VersionOf(Dictionary<string, byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in contents.Keys.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(contents[name]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    private static string PolicyFor(string page)
    {
        int from = page.IndexOf(MapOpens, StringComparison.Ordinal) + MapOpens.Length;
        int to = page.IndexOf(MapCloses, from, StringComparison.Ordinal);
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[from..to])));
        return $"default-src 'none'; script-src 'self' 'sha256-{hash}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private static PageFile Pack(string name, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(plain);
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12))}\"";
        return new PageFile(TypeOf(name), plain, packed.ToArray(), tag);
    }

    private static string TypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" or ".mjs" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
}
