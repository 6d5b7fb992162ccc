using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>
/// The command <c>parley users hash</c>: the HA1 of a user for tables and settings that hold hashes in place of passwords. The server asks nobody for a
/// password yet, so there are no users to list.
/// </summary>
internal static class UsersCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "The user, as in user@realm." };
        var json = new Option<bool>("--json") { Description = "JSON in place of text." };
        var hash = new ExampledCommand(
            "hash",
            "Prints the HA1 of a user (RFC 7616 3.4.2, RFC 8760) for a password from the terminal or standard input, in the columns of OpenSIPS's table subscriber.",
            "parley users hash alice@example.com",
            "printf '%s' \"$PASSWORD\" | parley users hash alice@example.com --json"
        )
        {
            user,
            json,
        };
        hash.SetAction(
            (parsed, stop) =>
                Faults.CatchAsync(
                    parsed,
                    () =>
                    {
                        var text = parsed.GetRequiredValue(user);
                        var at = text.IndexOf('@', StringComparison.Ordinal);
                        if (at < 1 || at == text.Length - 1 || text.Contains(':', StringComparison.Ordinal))
                            throw new CommandException(ExitCodes.Usage, $"\"{text}\" is no user@realm");
                        var (name, realm) = (text[..at], text[(at + 1)..]);
                        var secret = Encoding.UTF8.GetBytes($"{name}:{realm}:{Password()}");
                        Write(parsed, name, realm, secret);
                        return Task.FromResult(ExitCodes.Done);
                    },
                    stop
                )
        );
        return new Command("users", "Hashes of users' passwords.") { hash };
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The digest of RFC 3261 22.4 is MD5.")]
    private static void Write(ParseResult parsed, string name, string realm, byte[] secret)
    {
        var (md5, sha256) = (Convert.ToHexStringLower(MD5.HashData(secret)), Convert.ToHexStringLower(SHA256.HashData(secret)));
        // SHA-512/256 has its own initial values (FIPS 180-4 5.3.6.2), which the platform's hash does not offer: the third column is not made.
        var screen = Screen.Of(parsed);
        if (parsed.GetValue<bool>("--json"))
        {
            screen.Raw($$"""{"username":{{Quoted(name)}},"domain":{{Quoted(realm)}},"ha1":"{{md5}}","ha1_sha256":"{{sha256}}"}""");
            return;
        }
        screen.Line($"username    {name}");
        screen.Line($"domain      {realm}");
        screen.Line($"ha1         {md5}");
        screen.Line($"ha1_sha256  {sha256}");
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, JsonForms.Default.String);

    private static string Password()
    {
        string? password;
        if (Console.IsInputRedirected)
        {
            password = Console.In.ReadToEnd().TrimEnd('\r', '\n');
        }
        else
        {
            Console.Error.Write("Password: ");
            var typed = new StringBuilder();
            while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            {
                if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                    typed.Length--;
                else if (!char.IsControl(key.KeyChar))
                    typed.Append(key.KeyChar);
            }
            Console.Error.WriteLine();
            password = typed.ToString();
        }
        return password.Length > 0 ? password : throw new CommandException(ExitCodes.Usage, "the password is empty");
    }
}
