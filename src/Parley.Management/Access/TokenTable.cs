using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>The bearer tokens, as hashes.</summary>
internal sealed class TokenTable
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly List<Entry> _entries = [];
    private readonly Lock _lock = new();
    private long _checked;

    /// <exception cref="ManagementException">A token cannot be.</exception>
    public TokenTable(IEnumerable<ManagementToken> tokens, TimeProvider time, ILogger log)
    {
        (_time, _log) = (time, log);
        foreach (ManagementToken token in tokens)
            _entries.Add(new Entry(token));
        if (_entries.GroupBy(static entry => entry.Token.Name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new ManagementException($"Management:Access:Tokens has two tokens called {twice.Key}; give each a name of its own");
        _checked = time.GetTimestamp();
    }

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>The entry of a token; null: it is none. Every entry is compared, each in the same time.</summary>
    public ManagementToken? Find(string token)
    {
        ReloadFiles();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        ManagementToken? found = null;
        foreach (Entry entry in _entries)
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash))
                found = entry.Token;
        return found;
    }

    private void ReloadFiles()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_checked) < ReloadInterval)
                return;
            _checked = _time.GetTimestamp();
        }

        foreach (Entry entry in _entries)
            entry.Reload(_log);
    }

    private sealed class Entry
    {
        private byte[] _hash;
        private DateTime _stamp;

        public Entry(ManagementToken token)
        {
            Token = token;
            string where = $"the token {(token.Name.Length == 0 ? "without a name" : token.Name)} of Management:Access:Tokens";
            if (token.Name.Length == 0 || token.Name.Any(char.IsControl))
                throw new ManagementException($"{Upper(where)} needs a Name");
            if (new[] { token.Sha256, token.File, token.Environment }.Count(static source => source is not null) != 1)
                throw new ManagementException($"{Upper(where)} needs one of Sha256, File and Environment");
            if (token.Sha256 is { } hex)
                _hash = ManagementToken.IsHash(hex)
                    ? Convert.FromHexString(hex)
                    : throw new ManagementException($"{Upper(where)} has a Sha256 that is not 64 hexadecimal digits");
            else if (token.Environment is { } variable)
                _hash = HashOf(Environment.GetEnvironmentVariable(variable), $"the environment variable {variable} of {where}");
            else
                _hash = Read(where);
        }

        public ManagementToken Token { get; }

        public ReadOnlySpan<byte> Hash => Volatile.Read(ref _hash);

        public void Reload(ILogger log)
        {
            if (Token.File is not { } path)
                return;
            try
            {
                if (File.GetLastWriteTimeUtc(path) != _stamp)
                    Volatile.Write(ref _hash, Read("it"));
            }
            catch (Exception error) when (error is ManagementException or IOException or UnauthorizedAccessException)
            {
                AccessLog.TokenFileFailed(log, path, error.Message.ReplaceLineEndings(" "));
            }
        }

        private byte[] Read(string where)
        {
            try
            {
                _stamp = File.GetLastWriteTimeUtc(Token.File!);
                return HashOf(File.ReadAllText(Token.File!).Trim(), $"the file {Token.File} of {where}");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new ManagementException(
                    $"The file {Token.File} of {where} cannot be read: {error.Message.ReplaceLineEndings(" ")}",
                    error
                );
            }
        }

        private static byte[] HashOf(string? token, string where) =>
            token is { Length: >= ManagementToken.ShortestToken }
                ? SHA256.HashData(Encoding.UTF8.GetBytes(token))
                : throw new ManagementException(
                    $"{Upper(where)} holds no token of {ManagementToken.ShortestToken} characters or more; make one with: parley token new"
                );

        private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
    }
}
