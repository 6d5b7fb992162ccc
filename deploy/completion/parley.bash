# Completion of parley for bash.
_parley() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path="" word words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$path $word" in
            " run") path="$path $word" ;;
            " demo") path="$path $word" ;;
            " init") path="$path $word" ;;
            " check") path="$path $word" ;;
            " settings") path="$path $word" ;;
            " routes") path="$path $word" ;;
            " db") path="$path $word" ;;
            " db init") path="$path $word" ;;
            " db migrate") path="$path $word" ;;
            " db check") path="$path $word" ;;
            " db export") path="$path $word" ;;
            " db import") path="$path $word" ;;
            " db prune") path="$path $word" ;;
            " dialogs") path="$path $word" ;;
            " dialogs list") path="$path $word" ;;
            " dialogs show") path="$path $word" ;;
            " dialogs end") path="$path $word" ;;
            " dialogs watch") path="$path $word" ;;
            " dialogs export") path="$path $word" ;;
            " calls") path="$path $word" ;;
            " top") path="$path $word" ;;
            " trace") path="$path $word" ;;
            " explain") path="$path $word" ;;
            " replay") path="$path $word" ;;
            " profiles") path="$path $word" ;;
            " registrations") path="$path $word" ;;
            " registrations remove") path="$path $word" ;;
            " stats") path="$path $word" ;;
            " users") path="$path $word" ;;
            " users hash") path="$path $word" ;;
            " token") path="$path $word" ;;
            " token new") path="$path $word" ;;
            " completion") path="$path $word" ;;
        esac
    done
    case "$path:$previous" in
        " dialogs list:--state") words="confirmed confirmedNoAck early ended unconfirmed" ;;
        " dialogs export:--state") words="confirmed confirmedNoAck early ended unconfirmed" ;;
        " explain:--transport") words="tcp tls udp" ;;
        " token new:--role") words="Operate Read" ;;
    esac
    case "$previous" in
        --config|-c|--output|-o|--token-file|--ca|--request) compopt -o default; COMPREPLY=(); return ;;
    esac
    if [ -z "$words" ]; then
        case "$path" in
            "") words="run demo init check settings routes db dialogs calls top trace explain replay profiles registrations stats users token completion --help --version --config" ;;
            " run") words="--help --config" ;;
            " demo") words="--rate --port --sip-port --log --help --config" ;;
            " init") words="lab pbx trunk --output --domain --force --help --config" ;;
            " check") words="--open --help --config" ;;
            " settings") words="--schema --help --config" ;;
            " routes") words="--source --json --help --config" ;;
            " db") words="init migrate check export import prune --help --config" ;;
            " db init") words="--help --config" ;;
            " db migrate") words="--help --config" ;;
            " db check") words="--help --config" ;;
            " db export") words="--help --config" ;;
            " db import") words="--help --config" ;;
            " db prune") words="--days --help --config" ;;
            " dialogs") words="list show end watch export --url --token --token-file --ca --json --help --config" ;;
            " dialogs list") words="--limit --all --state --number --uri --call-id --tag --ip --profile --var --listener --node --older-than --younger-than --abnormal --url --token --token-file --ca --json --help --config" ;;
            " dialogs show") words="--url --token --token-file --ca --json --help --config" ;;
            " dialogs end") words="--reason --url --token --token-file --ca --json --help --config" ;;
            " dialogs watch") words="--url --token --token-file --ca --json --help --config" ;;
            " dialogs export") words="--output --state --number --uri --call-id --tag --ip --profile --var --listener --node --older-than --younger-than --abnormal --url --token --token-file --ca --json --help --config" ;;
            " calls") words="--abnormal --ended --since --limit --url --token --token-file --ca --json --help --config" ;;
            " top") words="--interval --url --token --token-file --ca --json --help --config" ;;
            " trace") words="--messages --output --url --token --token-file --ca --json --help --config" ;;
            " explain") words="--request --source --transport --url --token --token-file --ca --json --help --config" ;;
            " replay") words="--app --json --help --config" ;;
            " profiles") words="--top --url --token --token-file --ca --json --help --config" ;;
            " registrations") words="remove --all --url --token --token-file --ca --json --help --config" ;;
            " registrations remove") words="--contact --url --token --token-file --ca --json --help --config" ;;
            " stats") words="--url --token --token-file --ca --json --help --config" ;;
            " users") words="hash --help --config" ;;
            " users hash") words="--json --help --config" ;;
            " token") words="new --help --config" ;;
            " token new") words="--name --role --output --json --help --config" ;;
            " completion") words="bash fish zsh --help --config" ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _parley parley
